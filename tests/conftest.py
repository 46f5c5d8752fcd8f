"""What holds for every test; each rule is a module of its own in tests/support."""

from __future__ import annotations

import os
import signal
import sys

import hypothesis

pytest_plugins = [
    "pytester",
    "tests.support.bystander",
    "tests.support.isolation",
    "tests.support.leaks",
    "tests.support.skips",  # before those that import it
    "tests.support.gateways",
]

# Tests inside this process draw nowhere; the tests of a real desktop start programs on their own.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Started by nohup we ignore SIGHUP, in the background of a shell SIGINT, and so would every child;
# theirs are to be as usual.
if sys.platform != "win32":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# `make test-long` asks for the long one with --hypothesis-profile. Time says nothing about a test.
hypothesis.settings.register_profile("short", max_examples=300, deadline=None, print_blob=True)
hypothesis.settings.register_profile("long", max_examples=2000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("short")
