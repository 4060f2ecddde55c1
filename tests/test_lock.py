"""The lock is whole, and has none of the weaknesses that we know of."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ADVISORIES = tomllib.loads((ROOT / "advisories.toml").read_text())["advisory"]


def locked() -> dict[str, list[str]]:
    """Each pinned package and version of the lock, with its hashes."""
    entries = (ROOT / "requirements.lock").read_text().replace("\\\n", " ").splitlines()
    return {entry.split()[0]: re.findall(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries}


def versions() -> dict[str, Version]:
    """The version of each package in the lock."""
    pairs = (pinned.split("==") for pinned in locked())
    return {name.partition("[")[0]: Version(version) for name, version in pairs}


def asked() -> list[Requirement]:
    """What pyproject.toml asks for, in any way."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    groups = PROJECT["dependency-groups"].values()
    lists = [PROJECT["project"]["dependencies"], *extras, *groups]
    return [Requirement(text) for texts in lists for text in texts if isinstance(text, str)]


def weaknesses(package: str, version: Version) -> list[str]:
    """The advisories that a version of a package falls under."""
    return [
        advisory["id"]
        for advisory in ADVISORIES
        if advisory["package"] == package and version < Version(advisory["fixed"])
    ]


def test_every_package_has_a_hash() -> None:
    assert [pinned for pinned, hashes in locked().items() if not hashes] == []


@pytest.mark.parametrize("requirement", asked(), ids=str)
def test_lock_has_what_pyproject_asks_for(requirement: Requirement) -> None:
    assert requirement.specifier.contains(versions()[canonicalize_name(requirement.name)])


def test_lock_has_no_known_weakness() -> None:
    found = [name for name, version in versions().items() if weaknesses(name, version)]
    assert found == []


def test_least_versions_have_no_known_weakness() -> None:
    least = {
        requirement.name: min(Version(part.version) for part in requirement.specifier)
        for requirement in asked()
    }
    assert [name for name, version in least.items() if weaknesses(name, version)] == []


def test_weak_version_is_found() -> None:
    assert weaknesses("weasyprint", Version("69.0")) == ["CVE-2026-55073"]
    assert weaknesses("weasyprint", Version("70.0")) == []
