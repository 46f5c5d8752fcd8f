"""Texts of a log that a secret stands in."""

from __future__ import annotations

from typing import NamedTuple


class Planted(NamedTuple):
    """A secret, and the text that it stands in."""

    text: str
    secret: str


PLANTED = [
    Planted(text.format(secret), secret)
    for text, secret in (
        ("{}", "sk-proj-Planted8in2the1output6"),
        ("{}", "gsk_Planted8in2the1output6xyz0"),
        ("{}", "ghp_Planted8in2the1output6xyz0"),
        ("{}", "AIzaPlanted8in2the1output6xyz0abcdefg"),
        ("{}", "AKIAPLANTED8IN2THE1X"),
        ("https://api.telegram.org/bot123456789:{}/getMe", "AAEplantedInOutput-0123456789abcdefg"),
        ("Authorization: Bearer {}", "Planted4in6a8bearer1header"),
        ("api_key={}", "planted5in7a8pair"),
        ('{{"token":"{}"}}', "planted5in7json9"),
        ("https://alice:{}@host/", "planted5in7url9"),
        ("{}", "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"),
        ("--api-key {}", "planted5flag7"),
        ("Cookie: session={}", "planted5cookie7"),
    )
]
