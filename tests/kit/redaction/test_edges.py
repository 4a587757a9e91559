"""Texts on the edges of what the readers take, and what each leaves of them."""  # size: one line a text

from __future__ import annotations

import base64

import pytest

from hexaops.kit.redaction import addresses, files, headers, pairs, places, redact
from hexaops.kit.redaction.batches import redact_all
from hexaops.kit.redaction.names import has_telling, keyword_starts


def encoded(name: str, value: str) -> str:
    """An object in base64 without padding, which is named last."""
    plain = f'{{"registry":{{"host":"cr.shop.example","user":"ops","{name}":"{value}"}}}}'
    return base64.b64encode(plain.encode()).decode().rstrip("=")


SIXTEEN, TWENTY = "x9kq2mzt7wv8n3p5", "x9Kq2mZt7wv8n3P5r6yT"
READABLE, PUBLIC = base64.b64encode(b"/registry/shop/web-app").decode(), "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC7"
EDGES = (
    ("SAMLResponse=aaaaaaaaaaaaaaaa", "SAMLResponse=aaaaaaaaaaaaaaaa"),
    (f"job code={SIXTEEN}", f"job code={SIXTEEN}"),
    (f"code_verifier={SIXTEEN}", "code_verifier=[redacted]"),
    (f"code={TWENTY}", "code=[redacted]"),
    ("https://1111222233334444@h/x", "https://[redacted]@h/x"),
    ("https://web-app-of-the-shop@h/x", "https://web-app-of-the-shop@h/x"),
    (f"https://{TWENTY}:x@h/x", "https://[redacted]:[redacted]@h/x"),
    (f"https://{TWENTY[:19]}:x@h/x", f"https://{TWENTY[:19]}:[redacted]@h/x"),
    ("from:Xy12zQ9k@host:8080", "from:Xy12zQ9k@host:8080"),
    ("user:Xy12zQ9k@tcp(db:3306)/x", "user:[redacted]@tcp(db:3306)/x"),
    ("copy:fast@host", "copy:fast@host"),
    ("app:secretword@db:5432", "app:secretword@db:5432"),
    ("app:qqqq!qqqq@db:5432", "app:[redacted]@db:5432"),
    ("app:12345@db:5432", "app:12345@db:5432"),
    ("doctl auth init abcdefghijkl", "doctl auth init abcdefghijkl"),
    ("bw unlock x9Kq2mZt7:wv8", "bw unlock x9Kq2mZt7:wv8"),
    ("bw unlock x9Kq2mZt7wv8", "bw unlock [redacted]"),
    (f"vault unwrap {TWENTY}/{TWENTY}", "vault unwrap [redacted]"),
    ("aws ssm put-parameter --name a --value 'falcon tree'", "aws ssm put-parameter --name a --value '[redacted]'"),
    ("aws ssm put-parameter --name a --value '$VAR'", "aws ssm put-parameter --name a --value '$VAR'"),
    ("CREATE USER a IDENTIFIED BY 'falcon'", "CREATE USER a IDENTIFIED BY '[redacted]'"),
    ('redis-cli -a "aB3dE9" ping', 'redis-cli -a "[redacted]" ping'),
    ("redis-cli -a aB3dE9 ping", "redis-cli -a [redacted] ping"),
    ("curl -u admin:falcon http://x", "curl -u admin:[redacted] http://x"),
    ("smbclient //h/s -U a%falcon", "smbclient //h/s -U a%[redacted]"),
    ("smbclient //h/s -U a:falcon", "smbclient //h/s -U a:falcon"),
    (f"curl -u {SIXTEEN}:falcon http://x", "curl -u [redacted]:[redacted] http://x"),
    (f"curl -u {SIXTEEN[:15]}:falcon http://x", f"curl -u {SIXTEEN[:15]}:[redacted] http://x"),
    ("curl -u http://x y", "curl -u http://x y"),
    (f"fly secrets set DSN={TWENTY}", "fly secrets set DSN=[redacted]"),
    ("consul keyring -install=x9Kq2mZt7wv8", "consul keyring -install=[redacted]"),
    ("password rotated from x9kq2mzt7w to b4trn8sxq1, done", "password rotated from [redacted] to [redacted], done"),
    ("password rotated from primary to b4trn8sxq1", "password rotated from primary to [redacted]"),
    ("password rotated from primary to replica", "password rotated from primary to replica"),
    ("token moved from billing to payments", "token moved from billing to payments"),
    (f"[vpn]\nkey = {TWENTY}", "[vpn]\nkey = [redacted]"),
    (f"key = {TWENTY}", f"key = {TWENTY}"),
    (f"[vpn]\nkey = {READABLE}", f"[vpn]\nkey = {READABLE}"),
    (f"[vpn]\nkey = {PUBLIC}", f"[vpn]\nkey = {PUBLIC}"),
    ("user,password\nops,x9Kq2mZt7\nada,b4TrN8sXq1", "user,password\nops,[redacted]\nada,[redacted]"),
    ("password,user\nx9Kq2mZt7,ops\nx9Kq2mZt7,ops,more", "password,user\n[redacted],ops\nx9Kq2mZt7,ops,more"),
    ("user,role\nops,x9Kq2mZt7", "user,role\nops,x9Kq2mZt7"),
    (f"CONFIG={encoded('password', 'x9K')}", "CONFIG=[redacted]"),
    (f"CONFIG={encoded('password', 'x9Kq')}", "CONFIG=[redacted]"),
    (f"CONFIG={encoded('password', 'x9Kq2')}", "CONFIG=[redacted]"),
    (f"CONFIG={encoded('location', 'x9Kq2')}", f"CONFIG={encoded('location', 'x9Kq2')}"),
    ("api_key=qqqq!q", "api_key=[redacted]"),
    ("api_key=falcon", "api_key=falcon"),
    ("x .password:falcon", "x .password:falcon"),
    ("!xpassword:falcon", "!xpassword:falcon"),
    ("x password:falcon", "x password:[redacted]"),
    ("tool -u ops -p falcon", "tool -u ops -p [redacted]"),
    ("tool -u ops -p 8080:80", "tool -u ops -p 8080:80"),
    ("mysql -u root -p shop", "mysql -u root -p shop"),
    ("tool -p falcon-tree -u ops", "tool -p falcon-tree -u ops"),
    ("tool -p x9Kq2mZt7 -u ops", "tool -p [redacted] -u ops"),
    ("tool -p 8080:x9Kq2mZt7 -u ops", "tool -p 8080:x9Kq2mZt7 -u ops"),
    ("USER=ops:worker-web", "USER=ops:worker-web"),
    ("USER=ops:worker-12", "USER=ops:worker-12"),
    ("USER=ops:qqqq!qqq", "USER=ops:qqqq!qqq"),
    ('form-data; name="comment"\n\nfalcon', 'form-data; name="comment"\n\nfalcon'),
    ('form-data; name="token"\n\n$VAR', 'form-data; name="token"\n\n$VAR'),
    ('form-data; name="token"\n\nfalcon', 'form-data; name="token"\n\n[redacted]'),
    ("USER=ops:web-1", "USER=ops:web-1"),
    ('password="falcon tree', 'password="[redacted]'),
    ('x="password: " y', 'x="password: " y'),
    ("tool /password:falcon1 x", "tool /password:[redacted] x"),
    ("mvn /p:password:falcon x", "mvn /p:password:falcon x"),
    ("live_x9Kq2mZt7wv8n3P5r6yT", "[redacted]"),
    ("live_x9Kq2mZt7_v8n3P5r6yT_w2", "[redacted]"),
    ("live_falcon_x9Kq2mZt7wv8n3P5r6yT", "[redacted]"),
    ("live_falcon_tree_x9Kq2mZt7wv8", "live_falcon_tree_x9Kq2mZt7wv8"),
    ("db_password.x=falcon", "db_password.x=[redacted]"),
    ("db_password.py=falcon", "db_password.py=falcon"),
    ('{\\"password\\":\\"falcon\\"}', '{\\"password\\":\\"[redacted]\\"}'),
    ("password=falcon&x=1", "password=[redacted]&x=1"),
    ('password="falcon&x=1"', 'password="[redacted]"'),
    ("user ops and pass aB3dE9fG12", "user ops and pass [redacted]"),
    ("boarding pass aB3dE9fG12", "boarding pass aB3dE9fG12"),
    ("password for ops: aQxRtZ", "password for ops: [redacted]"),
    ("password is aQxRtZbN", "password is [redacted]"),
    ("password is aQxRtZb", "password is aQxRtZb"),
    ("my password's hunter2x", "my password's [redacted]"),
    ("zip -P falcon a.zip b", "zip -P [redacted] a.zip b"),
    ("unzip -p a.zip b", "unzip -p a.zip b"),
    ("7z a -pfalcon a.7z", "7z a -p[redacted] a.7z"),
    ("CONFIG SET requirepass falcon", "CONFIG SET requirepass [redacted]"),
    ("requirepass falcon", "requirepass [redacted]"),
    ("smtp_password falcon", "smtp_password falcon"),
    ("  wpa-psk falcontree", "  wpa-psk [redacted]"),
    ("creds ops / falcon12", "creds ops / [redacted]"),
    ("creds ops / falco12", "creds ops / falco12"),
    ("USER=ops:aB3dE9fG", "USER=ops:[redacted]"),
    (f"CACHE_KEY={TWENTY}{TWENTY}", f"CACHE_KEY={TWENTY}{TWENTY}"),
    (f"SHOP_KEY={TWENTY}", "SHOP_KEY=[redacted]"),
    (f"SHOP_KEY={TWENTY[:19]}", f"SHOP_KEY={TWENTY[:19]}"),
    (f"SHOP_KEY_PATH={TWENTY}", f"SHOP_KEY_PATH={TWENTY}"),
    ("GIT_PATH=x9Kq2mZt7wv8", "GIT_PATH=x9Kq2mZt7wv8"),
    ("GIT_PAT=x9Kq2mZt7wv8", "GIT_PAT=[redacted]"),
    ("password: 'it''s x1'", "password: '[redacted]'"),
    ('"password":"a\\"b1","x":1', '"password":"[redacted]","x":1'),
    ('password = """falcon"""', 'password = """[redacted]"""'),
    ("${DB_PASSWORD:?falcon}", "${DB_PASSWORD:?falcon}"),
    ("DB_PASSWORD:?falcon", "DB_PASSWORD:[redacted]"),
    ("passwordKey: db-password", "passwordKey: db-password"),
    ("passwordKey: falcon", "passwordKey: falcon"),
    ("passwordKey: x9Kq2mZt7", "passwordKey: [redacted]"),
    ("secretKey: api-token", "secretKey: api-token"),
    ("password: !Ref falcon", "password: !Ref falcon"),
    ("password: !vault falcon", "password: !vault [redacted]"),
    ('read "Password: " falcon', 'read "Password: " falcon'),
    ("pwd=/srv/app", "pwd=/srv/app"),
    ("pwd=falcon", "pwd=[redacted]"),
    ("key=token-web:x9Kq2mZt7wv8", "key=token-web:x9Kq2mZt7wv8"),
    ("api-token:x9Kq2mZt7wv8", "api-token:[redacted]"),
    ("webhookSecret: fAlcon-Tree-8", "webhookSecret: [redacted]"),
    ("webhookToken: fAlcon-Tree-8", "webhookToken: fAlcon-Tree-8"),
    ("webhookSecret: falcon-tree-8", "webhookSecret: falcon-tree-8"),
    ("ssh_pass: falcon", "ssh_pass: [redacted]"),
    ("pass: falcon", "pass: falcon"),
    ("pass: x9Kq2mZt7", "pass: [redacted]"),
    ("PASS: TestLogin/x9Kq2mZt7", "PASS: TestLogin/x9Kq2mZt7"),
    ("secret 'fAlcon-Tree-8' given", "secret '[redacted]' given"),
    ("secret fAlcon-Tree-8 given", "secret fAlcon-Tree-8 given"),
    ("secret web-x9kq2 given", "secret web-x9kq2 given"),
    ("RSA key 4AEE18F83AFDEB23", "RSA key 4AEE18F83AFDEB23"),
    ("--export-secret-keys falcon@x.net", "--export-secret-keys falcon@x.net"),
    ("--export-secret-keys x9Kq2mZt7", "--export-secret-keys [redacted]"),
    ("docker run -u 1000:1000 web", "docker run -u 1000:1000 web"),
    ("PASS src/a/token.test.ts", "PASS src/a/token.test.ts"),
    ("nobody:*:19700:0:99999:7:::", "nobody:*:19700:0:99999:7:::"),
    ("db:5432:app:app:falcon", "db:5432:app:app:[redacted]"),
    ("db:5432:app:app:/home/x:/bin/sh", "db:5432:app:app:/home/x:/bin/sh"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "left"), EDGES, ids=range(len(EDGES)))
def test_what_is_left_of_a_text(text: str, left: str) -> None:
    assert redact(text) == left


def test_the_same_of_many_at_once() -> None:
    assert redact_all([text for text, _ in EDGES]) == [left for _, left in EDGES]


@pytest.mark.parametrize(
    ("lower", "may"),
    [
        ("a?b", False),
        ("a?b=c", True),
        ("a?b%3dc", True),
        ("a=b", False),
        ("state=short", False),
        ("assertion=abcdefghijklmnop", True),
        ("assertion%3dabcdefghijklmnop", True),
    ],
)
def test_whether_a_text_may_have_a_parameter(lower: str, may: bool) -> None:
    assert addresses.may_have_parameter(lower) is may


@pytest.mark.parametrize(
    ("name", "value", "held"),
    [
        ("password", "falcon", True),
        ("password", "12345", False),
        ("password", "expired", False),
        ("policy", SIXTEEN, True),
        ("policy", SIXTEEN[:15], False),
        ("t", SIXTEEN, False),
        ("t", TWENTY, True),
        ("sig", SIXTEEN[:8], True),
        ("sig", "falcon", False),
        ("token", "sess_x9kq2mzt7wv8", False),
        ("token", "$TOKEN", False),
    ],
)
def test_whether_a_parameter_holds_a_secret(name: str, value: str, held: bool) -> None:
    assert addresses._is_held(name, value) is held


@pytest.mark.parametrize(
    ("segment", "known", "key"),
    [
        ("0f4a1c6a-7a0e-4c57-9a53-0f4a1c6a1d20", False, True),
        (SIXTEEN, False, True),
        (SIXTEEN[:15], False, False),
        ("a1b2c", True, True),
        ("a1b2", True, False),
        ("1" * 15, True, True),
        ("1" * 14, True, False),
        ("1" * 16, False, False),
        ("falcon", True, False),
        ("web1", True, False),
        ("falconer12", True, False),
    ],
)
def test_whether_a_segment_of_a_path_is_a_key(segment: str, known: bool, key: bool) -> None:
    assert addresses._is_key(segment, known) is key


@pytest.mark.parametrize(
    ("value", "credential"),
    [
        ("refreshToken", True),
        ("refreshToke", False),
        ("expired", False),
        ("12345678", False),
        ("realm=x9Kq2", False),
        ("error=", False),
        ("x9Kq2mZt7", True),
        ("falcon", False),
        ("Falcon", False),
        ("dXNlcg==", True),
    ],
)
def test_whether_a_header_has_a_credential(value: str, credential: bool) -> None:
    assert headers._is_credential(value) is credential


def test_short_flags_and_sentences_take_what_is_no_name() -> None:
    assert all(map(pairs._is_chosen, ("fa!con", "falcon!", "x9Kq2mZt7")))
    assert not any(map(pairs._is_chosen, ("fa!co", "falcon-tree", "qqqq!q:q", "qqqq!q/q")))
    assert pairs._tells("fal12c")
    assert not any(map(pairs._tells, ("fal1cn", "fa12c", "123456", "expired12345d"[:7])))


def test_a_sentence_keeps_its_end() -> None:
    text = "the password is falcon-12."
    assert [*pairs._statements(text, text, keyword_starts(text))] == [(16, 25)]


@pytest.mark.parametrize(
    ("value", "name", "before", "is_object"),
    [
        ("a-b-c-d-efghijklmn", "key", "the ", True),
        ("a-b-c-d-efghijklmn", "key", "the api ", False),
        ("tls.crt", "key", "", True),
        ("a-b-c-defghijklmno", "key", "the ", False),
        (SIXTEEN, "key", "the ", False),
        (SIXTEEN[:15], "key", "the ", True),
        ("shop/db-credentials", "secret", "", True),
        ("shop/Db-credentials", "secret", "", False),
        ("shop/db=x", "secret", "", False),
        ("shop/db-credentials", "password", "", False),
        ("web-x9kq2", "secret", "", True),
        ("web-x9kq2", "token", "", False),
        ("4AEE18F83AFDEB23", "key", "rsa ", True),
        ("4AEE18F83AFDEB23", "key", "api ", False),
    ],
)
def test_what_is_an_object_s_name(value: str, name: str, before: str, is_object: bool) -> None:
    assert pairs._is_object(value, name, before) is is_object


def test_what_a_person_may_have_chosen() -> None:
    assert all(map(places.is_chosen, ("falcon12", "x9Kq2m", "fa12!con")))
    assert not any(map(places.is_chosen, ("falco12", "falcon-1", "12345678", "falcon-tree")))


def test_ends_of_names_are_no_parts_of_words() -> None:
    assert all(map(has_telling, ("git_pat", "x_pat=1", "app-salt: x")))
    assert not any(map(has_telling, ("git_path", "x_pat1", "app-salted")))


def test_a_key_is_known_by_any_length_of_its_beginning() -> None:
    assert all(files._holds_key(f"LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t{end}") for end in ("", "M", "MI", "MII"))
    assert not files._holds_key("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t")
