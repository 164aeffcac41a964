"""The two lists of dependencies say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)\s*>=\s*([0-9.]+)")


def wanted() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = project["dependencies"] + project["optional-dependencies"]["dev"]
    return dict(REQUIREMENT.fullmatch(line).groups() for line in listed)  # type: ignore[union-attr, misc]


def in_environment() -> dict[str, str]:
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    found = (REQUIREMENT.fullmatch(line.strip().removeprefix("- ")) for line in lines if line.strip().startswith("- "))
    return {m.group(1): m.group(2) for m in found if m}


def test_environment_and_project_name_the_same_packages_and_lower_bounds() -> None:
    environment = in_environment()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f">={environment.pop('python')}" == project["requires-python"]
    assert environment == wanted()


def test_every_dependency_is_locked_with_a_hash() -> None:
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    versions = dict(re.findall(r"^([a-z0-9-]+)==([0-9][^\s;]*)[^\n]*\\\n\s+--hash=sha256:", locked, re.MULTILINE))
    for name, bound in wanted().items():
        version = versions[name.lower().replace("_", "-")]
        assert [int(p) for p in version.split(".")[:2]] >= [int(p) for p in bound.split(".")[:2]], name
    assert "://" not in locked
    assert "index-url" not in locked
