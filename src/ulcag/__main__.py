"""`python -m ulcag`: the command line without installation."""

import sys

from ulcag.cli import main

sys.exit(main())
