"""What a wheel needs beyond pyproject.toml: the pipeline at the top of the repository goes into the package.

An editable install has none of it: there `ulcag.pipeline` finds the clone's.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PIPELINE = ("Snakefile", "config.yaml", "envs", "workflow")


class BuildWithPipeline(build_py):
    """Copies the pipeline to ulcag/project."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib) / "ulcag" / "project"
        # A build folder may hold files of an earlier build.
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for name in PIPELINE:
            if Path(name).is_dir():
                shutil.copytree(name, target / name)
            else:
                shutil.copy(name, target)


setup(cmdclass={"build_py": BuildWithPipeline})
