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
        # One of each provider whose keys can be told by their form (contract 5.4).
        ("{}", "sk-plantedplantedplantedplantedplantedplantedplante"),  # SiliconFlow
        ("{}", "sk_18Planted4cZmEs3ieW1xE2j9uoT9_VuGewihPFqVRe0x"),  # Novita
        ("{}", "sk_51cb43bb2ed91a617b677f77f0fb560c7737ff962e0b9251"),  # ElevenLabs
        ("{}", "sk_live_Planted8in2the1output6xyz0"),
        ("{}", "ak_2lY0MP26561m78T5u84Gu3xU8qZ41"),  # LongCat
        ("{}", "tp-cny4x6jyde99h0gwtu61zmt2l60ixe7f9i0xrj5z4bgjsx55"),  # MiMo
        ("{}", "ms-871280c4-7729-4d3c-bc74-9fbd22dd9660"),  # ModelScope
        ("{}", "ark-871280c4-7729-4d3c-bc74-9fbd22dd9660-a1b2c"),  # Volcengine
        ("{}", "viv-Planted8in2the1output6Planted8in2"),
        ("{}", "VENICE-INFERENCE-KEY-Planted8in2the1output6"),
        ("{}", "93ff969686cdbcb3dd075e8fcecdcbfa.Planted8in2the1o"),  # Zhipu
        ("{}", "bce-v3/ALTAK-KLlpJG3Dta1r3b2KNy7Fc/f0acebc92fc47092a16357bd99f1df01e11dce72"),
        ("{}", "AQ.Ab8Planted8in2the1output6Planted8in2the1output6"),  # Google
        ("{}", "GOCSPX-Planted8in2the1output6xyz0"),
        ("{}", "BSAPlanted8in2the1output6xyz0"),  # Brave
        ("{}", "ABSKQmVkcm9ja0FQSUtleSPlanted8in2the1output6xyz0"),  # Bedrock
        ("{}", "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tPlanted8in2the1output6"),
        ("{}", "syt_cGxhbnRlZA_VuFRjczkydoWFvKqlxSC_2s0wTY"),  # Matrix
        ("{}", "mct_Planted8in2the1output6Planted8_a1B2c3"),
        ("{}", "vk1.a.Planted8in2the1output6Planted8in2the1output6"),
        # Webhooks and URLs.
        ("https://open.feishu.cn/open-apis/bot/v2/hook/{}", "871280c4-7729-4d3c-bc74-9fbd22dd9660"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={}", "871280c4-7729-4d3c"),
        ("https://oapi.dingtalk.com/robot/send?access_token={}&sign=1", "planted5ding7talk"),
        (
            "https://x.webhook.office.com/webhookb2/a@b/IncomingWebhook/{}",
            "4f70ad504da4478586/3e3d",
        ),
        ("https://x.logic.azure.com/a?sp=1&sig={}", "V2qg6ICMUI0C3V73e8u8ej28aOiqrGzxfPB3hVqDd6A"),
        (
            "https://api.telegram.org/bot123456789%3A{}/getMe",
            "AAEplantedInOutput-0123456789abcdefg",
        ),
        # Headers and pairs.
        ("Authorization: Token {}", "planted5in7token"),
        ("Authorization: QQBot {}", "planted5in7token"),
        ("Authorization: Unheard {}", "planted5in7token"),
        ("Proxy-Authorization: Basic {}", "cGxhbnRlZDpzZWNyZXQ="),
        ("X-Api-Key: {}", "planted5in7header"),
        ("Credential={}/20260101/us-east-1/bedrock/aws4_request", "AKIAPLANTED8IN2THE1X"),
        ("Signature={}", "93ff969686cdbcb3dd075e8fcecdcbfa93ff969686cdbcb3dd075e8fcecdcbfa"),
        ("pass={}", "planted5in7pass"),
        ("pwd={}", "planted5in7pwd"),
        ('"pass":"{}"', "planted5in7pass"),
    )
]
