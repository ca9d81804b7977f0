"""What comes next on a command line, in the program and in real shells."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import RunCommand
from tests.inventories import SHOP
from tests.kube_api.server import ApiServer
from troubleshooter.cli.commands import COMMANDS
from troubleshooter.cli.completion import SCRIPTS

ROOT = Path(__file__).parents[2]
OBJECTS = list(yaml.safe_load_all(SHOP))


def offered(run: RunCommand, *words: str) -> list[str]:
    """The words that may stand in place of the last one."""
    *lines, _rule = run("__complete", *words).out.splitlines()
    return [line.partition("\t")[0] for line in lines]


def rule(run: RunCommand, *words: str) -> str:
    """What the shell is told about what comes behind."""
    return run("__complete", *words).out.splitlines()[-1]


def test_commands_come_first(run: RunCommand) -> None:
    """Without a word, every command is offered, with what it does."""
    assert [*COMMANDS, "help"] == offered(run, "")
    assert f"walk\t{COMMANDS['walk'].line}" in run("__complete", "wa").out


def test_flags_of_a_command(run: RunCommand) -> None:
    """A dash offers the flags of the command, and none of another one."""
    assert {"--plaintext"} == set(offered(run, "diagnose", "--pl"))
    assert [] == offered(run, "explain", "--pl")


def test_flags_of_the_wizard(run: RunCommand) -> None:
    """Without a command these are the wizard's."""
    assert ["--resume"] == offered(run, "--res")


def test_flag_is_given_once(run: RunCommand) -> None:
    """A flag that was given is offered again only if it may be repeated."""
    given = offered(run, "diagnose", "--to", "x", "-f", "y", "-")

    assert "--to" not in given
    assert "-f" in given


@pytest.mark.parametrize(
    ("words", "some"),
    [
        (("diagnose", "-o", ""), "policyreport"),
        (("diagnose", "--fail-on", "w"), "warning"),
        (("explain", "--list", "sy"), "symptoms"),
        (("diagnose", "--symptom", "503-n"), "503-nr"),
        (("tree", "503-n"), "503-nr"),
        (("demo", "vs-no"), "vs-no-match-no-default"),
        (("explain", "mtls-st"), "mtls-strict-plaintext-client"),
        (("explain", "mutual"), "mutual-tls"),
        (("learn", "one-path"), "one-path-is-not-found"),
        (("completion", ""), "fish"),
        (("diagnose", "--output=js"), "--output=json"),
    ],
)
def test_values_are_offered(run: RunCommand, words: tuple[str, ...], some: str) -> None:
    """The values that a flag or a place can have."""
    assert some in offered(run, *words)


@pytest.mark.parametrize("words", [("diagnose", "-f", ""), ("replay", ""), ("collect", "")])
def test_files_are_left_to_the_shell(run: RunCommand, words: tuple[str, ...]) -> None:
    """Where a file comes next, the shell offers its files."""
    assert ([], ":0") == (offered(run, *words), rule(run, *words))


@pytest.mark.parametrize("words", [("diagnose", "-H", ""), ("diagnose", "--to", "ht")])
def test_nothing_is_guessed(run: RunCommand, words: tuple[str, ...]) -> None:
    """What only the person knows is not offered, and neither are files."""
    assert ([], ":4") == (offered(run, *words), rule(run, *words))


def test_names_of_a_file(run: RunCommand) -> None:
    """With -f, namespaces and workloads are those of the files."""
    assert ["shop"] == offered(run, "diagnose", "-f", "good.yaml", "-n", "")
    assert ["outside", "shop/"] == offered(run, "diagnose", "-f", "good.yaml", "--from", "")
    assert ["shop/deployment/payments", "shop/deployment/web"] == sorted(
        offered(run, "diagnose", "-f", "good.yaml", "--from", "shop/")
    )


def test_no_blank_behind_a_namespace(run: RunCommand) -> None:
    """Behind `shop/` the name goes on."""
    assert ":6" == rule(run, "diagnose", "-f", "good.yaml", "--from", "sh")


def test_workloads_of_the_own_namespace(run: RunCommand) -> None:
    """With -n the workloads of that namespace need no more."""
    assert ["deployment/web"] == offered(run, "diagnose", "-f", "good.yaml", "-n", "shop", "--from", "deployment/w")


def test_contexts_of_the_kubeconfig(run: RunCommand, here: Path) -> None:
    """--context offers those of the kubeconfig that is named."""
    (here / "config").write_text("contexts: [{name: east}, {name: 'arn:aws:eks:x:cluster/west'}]", encoding="utf-8")

    assert ["east", "arn:aws:eks:x:cluster/west"] == offered(run, "diagnose", "--kubeconfig", "config", "--context", "")


def test_names_of_a_cluster(run: RunCommand, here: Path) -> None:
    """Without files, they are those of the cluster."""
    with ApiServer(OBJECTS) as api:
        config = ("--kubeconfig", str(api.kubeconfig(here / "config")))
        spaces = offered(run, "diagnose", *config, "-n", "")
        workloads = offered(run, "diagnose", *config, "--from", "shop/deployment/p")

    assert (["shop"], ["shop/deployment/payments"]) == (spaces, workloads)


def test_slow_cluster_is_not_waited_for(run: RunCommand, here: Path) -> None:
    """A cluster that takes long offers nothing, within two seconds."""
    with ApiServer(OBJECTS, latency=5) as api:
        config = str(api.kubeconfig(here / "config"))
        begin = time.monotonic()
        found = offered(run, "diagnose", "--kubeconfig", config, "-n", "")
        took = time.monotonic() - begin

    assert [] == found
    assert took < 2.5


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nonsense", ""),
        ("diagnose", "-f", "absent.yaml", "-n", ""),
        ("diagnose", "-f", "-", "-n", ""),
        ("diagnose", "--kubeconfig", "absent", "-n", ""),
        ("diagnose", "--kubeconfig", "absent", "--context", ""),
        ("diagnose", "--no-such-flag", "-n", ""),
    ],
)
def test_it_never_errs(run: RunCommand, words: tuple[str, ...]) -> None:
    """Whatever is typed, nothing is said, and the status is 0."""
    done = run("__complete", *words)

    assert (0, "", ":") == (done.status, done.err, done.out.splitlines()[-1][:1])


def test_name_that_a_shell_would_obey_is_not_offered(run: RunCommand, here: Path) -> None:
    """What a file puts on somebody's command line means nothing to a shell."""
    evil = "{apiVersion: v1, kind: Namespace, metadata: {name: '$(reboot)'}}"
    (here / "evil.yaml").write_text(evil, encoding="utf-8")

    assert [] == offered(run, "diagnose", "-f", "evil.yaml", "-n", "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("troubleshoot dia", ["diagnose"]),
        ("troubleshoot diagnose --output=js", ["json"]),
        ("troubleshoot diagnose -H 'a: b' -o js", ["json"]),
        ("troubleshoot diagnose -H 'a: b --fail-on w", []),
        ('troubleshoot diagnose -f "x y" --fail-on w', ["warning"]),
    ],
)
def test_line_of_bash(run: RunCommand, line: str, words: list[str]) -> None:
    """Bash hands over its line, and wants what comes behind the last : or =."""
    *lines, _rule = run("__complete_line", line, " \t:=").out.splitlines()

    assert words == [one.partition("\t")[0] for one in lines]


IMPORTED = """
import sys
from troubleshooter.cli import main
main(["__complete", "diagnose", "--symptom", "503"])
print(*{"kubernetes", "durable", "prompt_toolkit"} & set(sys.modules), file=sys.stderr)
"""


def test_little_is_imported() -> None:
    """For names of the knowledge base no package is loaded that takes long."""
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True, cwd=ROOT)

    assert "" == done.stderr.strip()


SHIM = """#!/bin/sh
exec {python} -c 'import sys; sys.argv[0] = "{name}"; from troubleshooter.cli import {call}; sys.exit({call}())' "$@"
"""
PROGRAMS = {
    "troubleshoot": "main",
    "kubectl-troubleshoot": "main",
    "kubectl_complete-troubleshoot": "complete_plugin",
}
InShell = Callable[..., list[str]]


@pytest.fixture
def in_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InShell:
    """`in_shell("bash", "-c", TEXT)`: the lines that it prints, with the program on its path."""
    for name, call in PROGRAMS.items():
        program = tmp_path / name
        program.write_text(SHIM.format(python=sys.executable, name=name, call=call), encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*words: str) -> list[str]:
        if shutil.which(words[0]) is None:
            pytest.skip(f"{words[0]} is not installed")
        done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=tmp_path, timeout=30)
        return done.stdout.splitlines()

    return run


BASH_ASKS = """
source <(troubleshoot completion bash)
complete -p troubleshoot
COMP_LINE='{line}' COMP_POINT={point} COMP_WORDS=({line}) COMP_CWORD=1
_troubleshoot 2>/dev/null
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def test_in_bash(in_shell: InShell) -> None:
    """Bash takes the script, and offers what the program does."""
    line = "troubleshoot diagnose --symptom=503-n"

    assert ["complete -o default -F _troubleshoot troubleshoot", "503-nc", "503-no-flag", "503-nr"] == in_shell(
        "bash", "-c", BASH_ASKS.format(line=line, point=len(line))
    )


ZSH_ASKS = """
compdef() { print "compdef $@" }
_describe() { print -l "${known[@]}" }
compadd() { shift 3; print -l "$@" }
_files() { print files }
source <(troubleshoot completion zsh)
words=(troubleshoot %s) CURRENT=$#words
_troubleshoot
"""


@pytest.mark.parametrize(
    ("typed", "told"),
    [("dia", [f"diagnose:{COMMANDS['diagnose'].line}"]), ("diagnose -f ''", ["files"])],
)
def test_in_zsh(in_shell: InShell, typed: str, told: list[str]) -> None:
    """Zsh takes the script, and is told what the program offers."""
    lines = in_shell("zsh", "-f", "-c", ZSH_ASKS % typed)

    assert ["compdef _troubleshoot troubleshoot", *told] == [line for line in lines if line]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("troubleshoot dia", [f"diagnose\t{COMMANDS['diagnose'].line}"]),
        ("troubleshoot diagnose --fail-on ", ["error", "warning", "info", "never"]),
        ("troubleshoot replay kubectl-tr", ["kubectl-troubleshoot"]),
    ],
)
def test_in_fish(in_shell: InShell, line: str, told: list[str]) -> None:
    """Fish takes the script, and completes a line with it."""
    lines = in_shell("fish", "-N", "-c", f"troubleshoot completion fish | source; complete -C '{line}'")

    assert sorted(told) == sorted(one.removesuffix("\t") for one in lines)


def test_in_kubectl(in_shell: InShell) -> None:
    """`kubectl troubleshoot <TAB>` asks the program that lies beside the plugin."""
    lines = in_shell("kubectl", "__complete", "troubleshoot", "dia")

    assert [f"diagnose\t{COMMANDS['diagnose'].line}", ":4"] == lines


@pytest.mark.parametrize("shell", SCRIPTS)
def test_script_is_printed(run: RunCommand, shell: str) -> None:
    """Each script says how it is used, and asks the program."""
    script = run("completion", shell).out

    assert f"troubleshoot completion {shell}" in script
    assert "__complete" in script
