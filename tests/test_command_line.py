"""The command line: what it understands, how it helps, how it prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from picoclaw_tray import cli
from picoclaw_tray.arguments import CONSOLE, FIRST_WORDS, SHELLS, TRAY, parser_of, request_of
from picoclaw_tray.remote import Request, Verb, View

VERBS = sorted(word for word in FIRST_WORDS if not word.startswith("-"))
EXIT_CODES = ("0  done", "1  failed", "2  wrong usage", "3  nothing to act on", "4  not ready")


def understood(*words):
    return request_of(parser_of(CONSOLE).parse_args(words))


def printed(capsys, program, *words):
    """What a program of ours prints, to both streams, with its exit code."""
    status: object
    try:
        status = cli._main(program, list(words), {})
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    return status, said.out, said.err


class TestUnderstanding:
    @pytest.mark.parametrize(
        ("words", "request_"),
        [
            ("status", Request(Verb.STATUS)),
            ("start", Request(Verb.START)),
            ("start --anyway --no-wait", Request(Verb.START, anyway=True, wait=False)),
            ("stop --force", Request(Verb.STOP, force=True)),
            ("restart --anyway", Request(Verb.RESTART, anyway=True)),
            ("reload", Request(Verb.RELOAD)),
            ("quit", Request(Verb.QUIT)),
            ("quit --leave", Request(Verb.QUIT, leave=True)),
            ("quit --stop", Request(Verb.QUIT, leave=False)),
            ("show", Request(Verb.SHOW, view=View.LOG)),
            ("show about", Request(Verb.SHOW, view=View.ABOUT)),
        ],
    )
    def test_verb_becomes_a_request(self, words, request_):
        assert understood(*words.split()) == request_

    @pytest.mark.parametrize("verb", VERBS)
    def test_verb_takes_home_config_and_json(self, verb):
        words = [verb, *(["status"] if verb == "autostart" else [])]

        options = parser_of(CONSOLE).parse_args([*words, "--home", "H", "--config", "C", "--json"])

        assert (options.home, options.config, options.json) == ("H", "C", True)
        assert getattr(options, "limit_s", 60.0) == 60.0
        assert hasattr(options, "limit_s") is (verb != "run")

    @pytest.mark.parametrize(
        "words",
        [
            ["explode"],
            ["status", "--force"],
            ["show", "everything"],
            ["autostart"],
            ["status", "--home", ""],
            ["run", "--config", ""],
            ["quit", "--stop", "--leave"],
            ["run", "--timeout", "3"],
            ["run", "--demo", "--home", "H"],
            *(["stop", "--timeout", limit] for limit in ("x", "0", "-1", "nan", "inf")),
            ["--print-completion", "fish"],
        ],
        ids=" ".join,
    )
    def test_what_it_does_not_understand_is_wrong_usage(self, words, capsys):
        status, out, err = printed(capsys, CONSOLE, *words)

        assert (status, out) == (2, "")
        assert "usage: picoclaw-trayctl" in err

    def test_option_before_the_verb_is_told_where_it_belongs(self, capsys):
        status, out, err = printed(capsys, CONSOLE, "--home", "H", "status")

        assert (status, out) == (2, "")
        assert "the verb comes first: picoclaw-trayctl VERB --home" in err

    @pytest.mark.parametrize(
        ("words", "idle"),
        [
            ("clear -f", "--follow"),
            ("clear -n 3", "-n"),
            ("clear -n200", "-n"),
            ("path --grep x", "--grep"),
            ("path --run last --component= --level warn", "--run, --level, --component"),
            ("path --run-id -1 --offset 0", "--offset, --run-id"),
        ],
    )
    def test_options_of_lines_are_refused_where_none_are_printed(self, words, idle, capsys):
        status, out, err = printed(capsys, CONSOLE, "logs", *words.split())

        assert (status, out) == (2, "")
        action = words.split()[0]
        assert f"error: logs {action} prints no lines: leave out {idle}\n" in err

    def test_first_words_are_those_of_the_parser(self):
        help_ = parser_of(TRAY).format_help()

        assert [word for word in FIRST_WORDS if word not in help_] == []


class TestHelp:
    @pytest.mark.parametrize("words", [["--help"], []], ids=["asked for", "without a verb"])
    def test_help_names_all_verbs_and_exit_codes(self, words, capsys):
        status, out, _ = printed(capsys, CONSOLE, *words)

        assert status == (0 if words else 2)
        assert [verb for verb in VERBS if f"\n    {verb} " not in out] == []
        assert [code for code in EXIT_CODES if code not in out] == []

    @pytest.mark.parametrize("verb", VERBS)
    def test_verb_has_a_help_of_its_own(self, verb, capsys):
        status, out, _ = printed(capsys, TRAY, verb, "--help")

        assert status == 0
        assert out.startswith(f"usage: picoclaw-tray {verb} ")
        assert all(code in out for code in EXIT_CODES)

    @pytest.mark.parametrize("words", [[], ["12"], ["x"], ["1", "2"]], ids=repr)
    def test_hidden_verb_does_nothing_elsewhere(self, words, capsys):
        status, out, err = printed(capsys, TRAY, "send-ctrl-c", *words)

        assert (status, out) == (2, "")
        assert "Windows" in err


class TestCompletion:
    @pytest.mark.parametrize("shell", SHELLS)
    def test_script_is_printed_for(self, shell, capsys):
        status, out, _ = printed(capsys, CONSOLE, "--print-completion", shell)

        assert status == 0
        assert "restart" in out

    @pytest.mark.linux
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("sta", "start status"),
            ("auto", "autostart"),
            ("stop --f", "--force"),
            ("show a", "about"),
        ],
    )
    def test_bash_completes(self, words, expected, capsys, tmp_path):
        _, script, _ = printed(capsys, CONSOLE, "--print-completion", "bash")
        asked = tmp_path / "ask.sh"
        line = f"picoclaw-trayctl {words}"
        asked.write_text(
            f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={len(words.split())}\n"
            "_shtab_picoclaw_trayctl\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n",
            encoding="utf-8",
        )

        answer = subprocess.run(["bash", asked], capture_output=True, text=True, check=True)

        assert sorted(answer.stdout.split()) == expected.split()


class TestPrinting:
    def test_version_is_printed(self, capsys):
        status, out, _ = printed(capsys, CONSOLE, "version")

        assert status == 0
        assert out.startswith("picoclaw-tray ")

    def test_json_is_one_line(self, capsys):
        status, out, err = printed(capsys, CONSOLE, "version", "--json")

        assert (status, err) == (0, "")
        assert json.loads(out).keys() == {"version"}
        assert out.count("\n") == 1

    def test_line_cannot_steer_the_terminal(self):
        assert (
            cli._printable("a\x1b[31m\tb\x07")
            == "a\N{REPLACEMENT CHARACTER}[31m\tb\N{REPLACEMENT CHARACTER}"
        )

    def test_who_reads_no_more_gets_no_traceback(self):
        read, write = os.pipe()
        os.close(read)

        ended = subprocess.run(
            [sys.executable, "-m", "picoclaw_tray", "version"],
            stdout=write,
            stderr=subprocess.PIPE,
            check=False,
        )
        os.close(write)

        assert ended.stderr == b""

    @pytest.mark.linux
    @pytest.mark.parametrize("words", [(), ("--json",)], ids=["for a person", "as JSON"])
    def test_full_disk_is_told(self, words):
        with Path("/dev/full").open("w", encoding="ascii") as full:
            ended = subprocess.run(
                [sys.executable, "-m", "picoclaw_tray", "version", *words],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )

        assert ended.returncode == 1
        assert ended.stderr == "The answer could not be written: No space left on device.\n"

    def test_display_is_missed_in_one_sentence(self, capsys):
        status, out, err = printed(capsys, TRAY, "run")

        assert (status, out) == (1, "")
        assert "needs a graphical session" in err

    def test_display_is_missed_in_json_too(self, capsys):
        status, out, _ = printed(capsys, TRAY, "--json")

        assert status == 1
        assert json.loads(out)["status"] == "error"
