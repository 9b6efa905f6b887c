"""`python -m ulcag.doctor`: the same where `ulcag` itself does not start, for want of a package."""

import sys

from ulcag.doctor.report import examine, exit_code, text

findings = examine()
print(text(findings))
sys.exit(exit_code(findings))
