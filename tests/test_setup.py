"""What a fresh machine meets: the commands, the pinned requirements and Streamlit's settings."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires, version
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from bounded import bounded
from http_server import START_SECONDS, held_port
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from streamlit import config

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
LISTS = ("requirements.txt", "requirements-dev.txt")
SETTINGS = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())


def pins(name: str) -> dict[str, str]:
    """Package → version of a pinned list; a line of any other form is left to the test that forbids it."""
    lines = (ROOT / name).read_text().splitlines()
    return dict(line.split("==", 1) for line in lines if re.fullmatch(r"[a-z0-9.-]+==\S+", line))


def flat(table: dict[str, object], prefix: str = "") -> dict[str, object]:
    """`{"server": {"port": 1}}` → `{"server.port": 1}`."""
    found: dict[str, object] = {}
    for key, value in table.items():
        found |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return found


def make(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs make as a person would: not as a part of the make that may run these tests."""
    environment = {key: value for key, value in os.environ.items() if key not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}}
    return subprocess.run(["make", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=240)


@pytest.mark.parametrize("name", LISTS)
def test_every_requirement_is_pinned_to_one_version(name: str) -> None:
    """A list holds `name==version` and comments: no range, address, host or path."""
    for line in (ROOT / name).read_text().splitlines():
        assert re.fullmatch(r"\s*#.*|[a-z0-9.-]+==[0-9][\w.+!]*", line), line
        assert not re.search(r"https?:|file:|--|(^|\s)/|@ ", line), line


def test_both_lists_agree_on_versions() -> None:
    """What runs is what was tested."""
    run, dev = (pins(name) for name in LISTS)
    assert run.items() <= dev.items()


@pytest.mark.parametrize("name", LISTS)
def test_the_lists_are_complete(name: str) -> None:
    """Packages are installed without looking for dependencies, so each package's own must be in the list."""
    pinned = pins(name)
    environment = {"extra": ""}
    for package in pinned:
        needs = [Requirement(line) for line in requires(package) or []]
        for need in needs:
            if need.marker is None or need.marker.evaluate(environment):
                found = pinned.get(canonicalize_name(need.name))
                assert found, f"{package} needs {need}"
                assert need.specifier.contains(found, prereleases=True), f"{package} needs {need}, the list has {found}"


def test_the_environment_is_the_one_that_is_listed() -> None:
    """Tests run on the versions that people get."""
    assert {package: version(package) for package in pins("requirements.txt")} == pins("requirements.txt")


def test_streamlit_knows_every_setting() -> None:
    """A misspelt or outdated setting would be ignored with a warning."""
    assert flat(SETTINGS).keys() <= config.get_config_options().keys()


def test_the_server_keeps_to_this_machine_and_tells_nobody() -> None:
    """Local address, no usage statistics, no prompt for an e-mail address, no traceback in the browser."""
    settings = flat(SETTINGS)
    assert settings["server.address"] == "127.0.0.1"
    assert settings["browser.gatherUsageStats"] is False
    assert settings["server.headless"] is True
    assert settings["client.showErrorDetails"] == "none"


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB (WCAG 2.2)."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1-21 (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_can_be_read_in_both_themes(mode: str) -> None:
    """Text and links reach 4.5 to 1 on every surface (WCAG AA), the accent 3 to 1 as a control."""
    theme = SETTINGS["theme"][mode]
    surfaces = [
        section[key] for section in (theme, theme["sidebar"]) for key in ("backgroundColor", "secondaryBackgroundColor")
    ]
    for surface in surfaces:
        assert contrast(theme["textColor"], surface) >= 4.5
        assert contrast(theme["linkColor"], surface) >= 4.5
        assert contrast(theme["primaryColor"], surface) >= 3
    assert contrast(theme["primaryColor"], "#FFFFFF") >= 4.5  # the words on a primary button


def test_no_page_lies_directly_under_pages() -> None:
    """Streamlit serves such files to anybody, without running the entry that checks who asks."""
    assert not list((ROOT / "pages").glob("*.py"))


def test_make_help_names_every_command() -> None:
    """`make` alone is help, and says each command that a person may give."""
    shown = make().stdout
    commands = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    internal = {"environment", "browser"}
    assert {"help", "run", "test", "demo", "lock", "clean"} <= commands
    assert set(re.findall(r"^  make (\w+) +\w", shown, re.MULTILINE)) == commands - internal


@pytest.mark.parametrize(
    ("python", "said"),
    [
        (
            'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac',
            "Candor needs Python 3.11 or newer; ./python is Python 3.9.2",
        ),
        ('case "$2" in *version_info*) ;; *) exit 1;; esac', "sudo apt-get install python3-venv"),
    ],
    ids=["too old", "no venv"],
)
def test_set_up_says_what_python_lacks(tmp_path: Path, python: str, said: str) -> None:
    """An unsuitable Python ends in a sentence with what to do, not in a traceback."""
    for name in ("Makefile", *LISTS):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "python").write_text(f"#!/bin/sh\n{python}\n")
    (tmp_path / "python").chmod(0o755)
    done = make("run", "PYTHON=./python", folder=tmp_path)
    assert done.returncode != 0
    assert said in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app as `make run` starts it, on a free port and with an empty data folder."""
    environment = os.environ | {"INTERVIEW_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    with held_port() as port:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as server:
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


def wait_for_health(address: str, seconds: float = START_SECONDS) -> httpx.Response:
    """The first answer to `GET /api/health`."""
    until = time.monotonic() + seconds
    while True:
        try:
            return httpx.get(f"{address}/api/health", timeout=seconds)
        except httpx.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_pages_and_rest_answer_on_one_port(address: str) -> None:
    """Health says ok without a key, and the same port serves the pages."""
    wait_for_health(address)
    with bounded():
        while httpx.get(f"{address}/api/health", timeout=60).json()["status"] != "ok":
            pass  # a busy machine may not have read its database within a second
    assert "<html" in httpx.get(address, timeout=60).text


@pytest.mark.browser
def test_the_first_page_asks_no_other_host(address: str, chromium: Browser) -> None:
    """No font, icon or count comes from elsewhere: a Material icon as favicon would be fetched from a public host."""
    wait_for_health(address)
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    page.get_by_text("Candor").first.wait_for()
    page.wait_for_load_state("networkidle")
    page.close()
    assert asked
    assert [
        url for url in asked if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
    ] == []


def test_ci_runs_all_tests() -> None:
    """CI calls the same command as a developer."""
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text().splitlines()
