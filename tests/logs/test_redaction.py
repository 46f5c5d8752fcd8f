from __future__ import annotations

import json
import re
import time
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.logs.masked_blocks import mask_block
from picoclaw_tray.logs.redaction import MASK, RULES, Redactor, _apply, mask
from picoclaw_tray.logs.secret_pairs import PAIR
from picoclaw_tray.logs.splitter import decode_line
from picoclaw_tray.logs.suspects import suspects

TOKEN = "93ff969686cdbcb3dd075e8fcecdcbfa"
ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
KEY_40 = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6kL9n"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # Keys of providers and tokens of channels, known by their form.
        (f"using sk-{KEY_40}", "using sk-•••"),
        (f"using sk-proj-{KEY_40}_x-y", "using sk-proj-•••"),
        (f"using sk-ant-api03-{KEY_40}", "using sk-ant-•••"),
        (f"using sk-or-v1-{TOKEN}{TOKEN}", "using sk-or-•••"),
        (f"AIza{KEY_40[:35]}", "AIza•••"),
        (f"ya29.{KEY_40}", "ya29.•••"),
        (f"gsk_{KEY_40} xai-{KEY_40}", "gsk_••• xai-•••"),
        (f"pplx-{KEY_40} hf_{KEY_40}", "pplx-••• hf_•••"),
        (f"nvapi-{KEY_40} csk-{KEY_40}", "nvapi-••• csk-•••"),
        (f"tvly-dev-{KEY_40} r8_{KEY_40}", "tvly-dev-••• r8_•••"),
        (f"ghp_{KEY_40} gho_{KEY_40}", "ghp_••• gho_•••"),
        (f"github_pat_{KEY_40}", "github_pat_•••"),
        (f"glpat-{KEY_40}", "glpat-•••"),
        ("AKIAIOSFODNN7EXAMPLE", "AKIA•••"),
        ("xoxb-123456789012-abcDEF xapp-1-A0123-99", "xoxb-••• xapp-•••"),
        (
            f"https://hooks.slack.com/services/T00/B00/{KEY_40}",
            "https://hooks.slack.com/services/T00/B00/•••",
        ),
        (
            f"https://discord.com/api/webhooks/123/{KEY_40}",
            "https://discord.com/api/webhooks/123/•••",
        ),
        (
            f'Get "https://api.telegram.org/bot123456789:{KEY_40[:35]}/getMe"',
            'Get "https://api.telegram.org/bot123456789:•••/getMe"',
        ),
        (f"telego: 123456789:{KEY_40[:35]}", "telego: 123456789:•••"),
        ("MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs", "•••"),
        (f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{KEY_40}", "eyJ•••"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3Bl\\n-----END",
            "-----BEGIN OPENSSH PRIVATE KEY-----•••-----END",
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\npAIB\n-----END RSA PRIVATE KEY-----\nx",
            "-----BEGIN RSA PRIVATE KEY-----•••-----END RSA PRIVATE KEY-----\nx",
        ),
        ("model_list[0]: enc://AbC+/dE12== is bad", "model_list[0]: enc://••• is bad"),
        # Headers, URLs, command lines, prose.
        ("Authorization: Token abc", "Authorization: Token •••"),
        ("Authorization: Bearer abc and then", "Authorization: Bearer ••• and then"),
        ("> Authorization: Token abc", "> Authorization: Token •••"),
        ("Authorization=Token abc n=1", "Authorization=Token ••• n=1"),
        ('Authorization: Token token="abc"', 'Authorization: ••• token="•••"'),
        ("Authorization: MyOwn abc", "Authorization: ••• •••"),
        ("bad authorization: MyOwn abc123 now", "bad authorization: MyOwn ••• now"),
        ("bad authorization: abc123 is", "bad authorization: ••• is"),
        (
            f"Authorization: AWS4-HMAC-SHA256 Credential=AKIA/20260101, Signature={TOKEN}{TOKEN}",
            "Authorization: AWS4-HMAC-SHA256 •••, Signature=•••",
        ),
        ("pass=abc pwd: def 'pwd': 'x'", "pass=••• pwd: def 'pwd': '•••'"),
        (f"key {TOKEN}.{KEY_40[:16]}", f"key {TOKEN}.•••"),
        (f"Authorization: Bearer {KEY_40}", "Authorization: Bearer •••"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic •••"),
        ('"Authorization":"Bearer letters"', '"Authorization":"Bearer •••"'),
        (f"map[Authorization:[Bearer {KEY_40}] A:[*/*]]", "map[Authorization:[••• •••] A:[*/*]]"),
        ("sent bearer abc123", "sent bearer •••"),
        ("Set-Cookie: sid=1; HttpOnly", "Set-Cookie: •••"),
        ("https://alice:p@ss@host:80/x", "https://alice:•••@host:80/x"),
        ("redis://:pw@host", "redis://:•••@host"),
        (f"https://{KEY_40}@host", "https://•••@host"),
        ("/pico/ws?session_id=3&token=abc&x=1", "/pico/ws?session_id=3&token=•••&x=1"),
        ("https://x/v1?key=abc", "https://x/v1?key=•••"),
        ("https://x/v1?a=b\\u0026key=abc\\u0026c=d", "https://x/v1?a=b\\u0026key=•••\\u0026c=d"),
        (f"Sec-WebSocket-Protocol: token.{TOKEN}", "Sec-WebSocket-Protocol: token.•••"),
        ("picoclaw --api-key abc --token def -d", "picoclaw --api-key ••• --token ••• -d"),
        (f"token is {TOKEN}", "token is •••"),
        ("Incorrect API key provided: ab12cd34.", "Incorrect API key provided: •••"),
        # Pairs in the notations of a log.
        (f'  "token": "{TOKEN}",', '  "token": "•••",'),
        ("api_key=sk-example n=1", "api_key=••• n=1"),
        ("PICOCLAW_KEY_PASSPHRASE=hunter", "PICOCLAW_KEY_PASSPHRASE=•••"),
        ('{"api_keys":["sk-example","b\\"c"],"n":1}', '{"api_keys":["•••","•••\\"•••"],"n":1}'),
        ("api_keys: [one, two]", "api_keys: [•••, •••]"),
        (
            'body="{\\"access_token\\":\\"a b\\",\\"n\\":1}"',
            'body="{\\"access_token\\":\\"•••\\",\\"n\\":1}"',
        ),
        ('{"botToken":12345678,"n":1}', '{"botToken":"•••","n":1}'),
        ("      token: short", "      token: •••"),
        ("  - secret: short", "  - secret: •••"),
        ("client_secret='a b' x", "client_secret='•••' x"),
        ("password = pass,word;x user=d", "password = ••• user=d"),
        ("password=a,user=d", "password=•••,user=d"),
        ('token="never closed', 'token="•••'),
        ("map[refresh_token:abc n:1]", "map[refresh_token:••• n:1]"),
        ("login with password: hunter2", "login with password: •••"),
        ("password=back\\slash x", "password=••• x"),
    ],
)
def test_mask_hides_a_secret_and_keeps_the_rest(text, masked):
    assert mask(text) == masked
    assert mask(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "🦞 picoclaw 0.2.9 (git: 1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d)",
        "id=123e4567-e89b-12d3-a456-426614174000 md5=93ff969686cdbcb3dd075e8fcecdcbfa",
        "10:11:12 INF agent ../../home/pkg/task-runner/risk-assessment_of_things.go:188 > ok",
        "model=sk-foo name=sk-learn-compatible-model disk-usage-of-this-machine-is-42",
        "tokens=512 max_tokens: 4096 prompt_tokens:12 token count 12 token=4096 max_token: 4096",
        "has_api_key=true token=false password: null secret=<nil> api_key= token=",
        "api_key= next=1 password= token=",
        '"api_key":"" "token":null,"api_keys":[] "token":{"type":"string"}',
        "session_key=agent:main:telegram prompt_cache_key=main file_key=img_v2_1 key=value",
        '{"level":"info","session_key":"agent:main:main","total_tokens":12}',
        "failed to refresh token: oauth2: cannot fetch token: 401 Unauthorized",
        'cannot get token: Post "https://oauth2.example.com/v1": EOF',
        "invalid token: https://example.com/errors#1 see there",
        "Bearer authentication required; the bearer token is missing",
        "✓ Health endpoints available at http://localhost:18790/health, /ready and /reload (POST)",
        "mail alice@example.com git@github.com:sipeed/picoclaw.git ssh://git@host/x",
        "http://[::1]:18790/x@y 10:11:12:abc",
        "credential: enc:// passphrase required",
        "the secret of the passphrase, the password and the webhook",
        "tokenizer: cl100k_base keyboard: us-intl1 Tokens: 1234567",
        "xai-grok-4-fast-reasoning hf_hub_download_with_retries1 r8_something_long_name_here",
        "github_pat_short hf_space sk-1 xoxo-love-and-kisses-x AKIA",
        "v1.2.3-rc.1.abcdef.short MNO.abcdef.x",
        f"session=sk_v1_{TOKEN}{TOKEN} tool=sk_learn_compatible_model_with_a_long_name_2",
        f"ak_short tp-link-router-archer-c7-v5-firmware-2026 ms-0-1 {TOKEN}.json {TOKEN}.tar.gz",
        "viv-skills ark-code-latest VENICE-KEY gocspx-x aq.x BSA ABSK signature=sha256 sig=short",
        "syt_interval_of_the_sound_card_of_this bsa-123e4567-e89b-12d3-a456-426614174000",
        "pwd=/home/alice PWD=~/x pwd=C:\\x pass=12 fail=3 pass=ok bypass=x compass=north pass: all",
        "bad authorization: cannot refresh, authorization: header is missing, authorized: no",
        "/api/hook/123 webhook/line bot/v2/hook/ https://x/?design=abc at 12%3Aabc",
    ],
)
def test_mask_leaves_ordinary_text_alone(text):
    assert mask(text) == text


def test_mask_keeps_json_readable():
    line = json.dumps(
        {"level": "info", "token": 123456789, "api_keys": ["a", "b"], "password": 'a"b'}
    )

    assert json.loads(mask(line)) == {
        "level": "info",
        "token": MASK,
        "api_keys": [MASK, MASK],
        "password": MASK,
    }


SECRET = st.text(ALPHANUMERIC, min_size=36, max_size=60).filter(
    lambda text: re.search(r"\d", text) and re.search(r"[A-Z]", text)
)
CARRIERS = st.sampled_from(
    [
        "{} sk-{} {}",
        "{} sk-ant-api03-{} {}",
        "{} AIza{} {}",
        "{} gsk_{} {}",
        "{} xai-{} {}",
        "{} pplx-{} {}",
        "{} hf_{} {}",
        "{} ghp_{} {}",
        "{} github_pat_{} {}",
        "{} xoxb-{} {}",
        "{}/bot123456789:{}/{}",
        "{} Bearer {} {}",
        "{} Authorization: Bearer {} {}",
        '{} "token":"{}" {}',
        '{} \\"token\\":\\"{}\\" {}',
        "{} api_key={} {}",
        "{} password: {} {}",
        '{} "api_keys":["{}"] {}',
        "{} https://u:{}@host/{}",
        "{}?token={}&{}",
        "{} token.{} {}",
        "{} --token {} {}",
        "{} passphrase='{}' {}",
        "{} refresh_token:{} {}",
    ]
)
NOISE = st.text(
    st.sampled_from(" a0:=\"'\\-_./[]{}@,;•x") | st.characters(codec="utf-8"), max_size=20
)
SCRAPS = st.sampled_from(
    [
        *(
            " ",
            "=",
            ": ",
            '"',
            '\\"',
            "'",
            "[",
            "]",
            "{",
            ",",
            "&",
            "@",
            "://",
            "\n",
            "•••",
            "-",
            "--",
        ),
        *("api_key", "token", "password", "key", "secret", "Authorization", "Cookie: ", "session_"),
        *("Bearer ", "sk-", "eyJ", "xoxb-", "hf_", "gsk_", "xai-", "ghp_", "github_pat_", "ya29."),
        *("AIza", "AKIA", "bot", "provided", "webhook", "https://discord.com/api/webhooks/1/"),
        *("-----BEGIN PRIVATE KEY-----", "12345678", "a", ".", "\\", TOKEN, KEY_40, KEY_40.upper()),
        "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    ]
)


@given(CARRIERS, SECRET, NOISE, NOISE)
def test_mask_lets_no_planted_secret_through(carrier, secret, before, after):
    assert secret not in mask(carrier.format(before, secret, after))


@given(st.lists(SCRAPS, max_size=12).map("".join) | NOISE)
def test_mask_changes_nothing_the_second_time(text):
    once = mask(text)

    assert mask(once) == once


@given(st.lists(SCRAPS, max_size=12).map("".join))
def test_every_match_of_a_rule_is_suspect_and_hinted(text):
    untouched = mask(text) == text

    assert untouched == (_apply(RULES, text) == text)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@given(data=st.data())
def test_whatever_a_rule_can_match_is_suspect_and_hinted(rule, data):
    text = data.draw(st.from_regex(rule.pattern))

    if _apply((rule,), text) != text:
        assert mask(text) != text
        assert list(suspects(text.encode("utf-8", "replace")))


@given(st.lists(st.lists(SCRAPS, max_size=10).map("".join), min_size=1, max_size=5))
def test_block_of_lines_is_masked_as_its_lines_are(texts):
    lines = [text.replace("\n", "\x1b[0m").encode() for text in texts]

    told = mask_block(b"\n".join(lines), Redactor()).split(b"\n")

    assert list(map(decode_line, told)) == [mask(decode_line(line)) for line in lines]


BEGINNINGS = [
    *("sk-", "sk-ant-", "sk_", "sk_live_", "ak_", "tp-", "viv-", "VENICE-ADMIN-KEY-", "ms-"),
    *("bce-v3/ALTAK-", "BSA", "AIza", "AQ.", "ya29.", "GOCSPX-", "gsk_", "tvly-", "nvapi-"),
    *("ghp_", "github_pat_", "AKIA", "signature=", "ABSK", "bedrock-api-key-", "xoxb-", "xapp-"),
    *("/api/webhooks/1/", "hooks.slack.com/a/b/", "/bot/hook/", "/IncomingWebhook/", "?sig="),
    *("12345678:", "syt_", "mat_", "vk1.a.", "MTAAAAAAAAAAAAAAAAA.", "eyJ", "eyJhbGciOi.", "://"),
    *("-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "enc://", "://a:", "@", "Bearer ", "token."),
    *("token is ", "cookie: ", "--token ", "--a", "0123456789abcdef0123456789abcdef."),
    *("api_key=", "api_key: ", "token ", "token=", '"token":"', "Authorization: ", "key[", "pwd="),
    *("\\", "\\u0041", "\\/", "\\x2", "\\u002", "\\\\u0041"),
]


BEHIND = ["", "-", "_", ".", ":", " ", "/", "a", "A1", '"', "\\", "=", "@"]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_four_times_the_length_takes_about_four_times_the_time(beginning: str):
    assert not [behind for behind in BEHIND if _is_slow(beginning + behind)]


def _is_slow(scrap: str) -> bool:
    """Whether it is each time: another process may take the time of one."""
    return all(_time_of(scrap, 12_000) > 10 * _time_of(scrap, 3_000) for _ in range(4))


def _time_of(scrap: str, length: int) -> float:
    text = scrap * (length // len(scrap))
    return min(timeit.repeat(lambda: mask(text), timer=time.process_time, number=1, repeat=3))


def test_redactor_masks_known_values_the_longest_first():
    redactor = Redactor().knowing("known-value", "known-value-and-more", "tiny", "      ")

    assert (
        redactor.mask("a known-value-and-more b known-value c tiny") == f"a {MASK} b {MASK} c tiny"
    )
    assert (
        redactor.knowing(TOKEN).mask(f"{TOKEN} api_key=x known-value")
        == f"{MASK} api_key={MASK} {MASK}"
    )


def test_redactor_does_not_show_its_values():
    assert TOKEN not in repr(Redactor().knowing(TOKEN))


def test_pair_names_are_matched_by_their_end():
    assert PAIR.search("channel_access_token=x")
    assert not PAIR.search("token_count=x")
