"""A second corpus of secrets, written without reading the rules: whole lines and files as programs really print them.

A template's `<form:length>` is a secret, `<~form:length>` is not; `·` only keeps scanners of source code from taking the
template for a secret and is dropped.
"""  # size: one line a sample

from __future__ import annotations

import base64
import random
import re
import string
import urllib.parse
import uuid

HEX, ALNUM = "0123456789abcdef", string.ascii_letters + string.digits
ALPHABETS = {
    "hex": HEX,
    "HEX": HEX.upper(),
    "an": ALNUM,
    "low": string.ascii_lowercase,
    "lo": string.ascii_lowercase + string.digits,
    "up": string.ascii_uppercase + string.digits,
    "b32": string.ascii_uppercase + "234567",
    "b58": ALNUM.translate(str.maketrans("", "", "0OIl")),
    "b64": ALNUM + "+/",
    "url": ALNUM + "-_",
    "num": string.digits,
}
GROUPS = {"serial": ("-", "up"), "dashed": ("-", "low"), "spaced": (" ", "low")}
"""Groups of four signs, as people copy them."""
FORMS = (*ALPHABETS, "pw", "words", "enc", "basic", "b64pw", "jwt", "uuid", *GROUPS)
PLACE = re.compile(rf"<(~?)({'|'.join(FORMS)})(?::(\d+))?>")
WORDS = ("Sommer", "Falcon", "merlin", "Orchid", "granite", "Bamboo", "tiger", "Quartz")


def sample(template: str, rng: random.Random) -> tuple[str, list[str]]:
    """The template with random values, and those that are secrets."""
    secrets: list[str] = []

    def fill(match: re.Match[str]) -> str:
        open_, form, length = match.groups()
        value = _value(form, int(length or 12), rng)
        if not open_:
            secrets.append(value)
        return value

    return PLACE.sub(fill, template.replace("·", "")), secrets


def _value(form: str, length: int, rng: random.Random) -> str:
    if form in ALPHABETS:
        return "".join(rng.choice(ALPHABETS[form]) for _ in range(length))
    if form in GROUPS:
        joint, alphabet = GROUPS[form]
        return joint.join(_value(alphabet, 4, rng) for _ in range(length))
    if form == "pw":  # what a person makes up
        return f"{rng.choice(WORDS)}{rng.choice('!#_.-+')}{rng.randrange(10, 9999)}{_value('an', 3, rng)}"
    if form == "words":  # what a person remembers: words, an odd capital, one digit
        first, second = (rng.choice(WORDS).lower() for _ in range(2))
        return f"{first[0]}{first[1].upper()}{first[2:]}-{second.title()}-{rng.randrange(1, 10)}"
    if form == "enc":
        return urllib.parse.quote(f"{_value('an', 5, rng)}@{_value('an', 4, rng)}/{_value('an', 4, rng)}#", safe="")
    if form == "basic":
        return base64.b64encode(f"svc-deploy:{_value('an', 16, rng)}".encode()).decode()
    if form == "b64pw":
        return base64.b64encode(_value("an", length, rng).encode()).decode()
    if form == "jwt":
        parts = (
            {"alg": "RS256", "kid": _value("an", 8, rng)},
            {"sub": _value("an", 12, rng), "iss": "kubernetes/serviceaccount"},
        )
        return ".".join([*(_segment(str(part).replace("'", '"')) for part in parts), _value("url", 86, rng)])
    if form == "uuid":
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))
    raise ValueError(form)


def _segment(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


URLS = (
    "Connecting to postgres://app:<pw>@db-0.db:5432/app?sslmode=require",
    "dial postgresql+asyncpg://orders:<an:20>@pg.orders.svc.cluster.local/orders: connection refused",
    "SQLALCHEMY_DATABASE_URI=mysql+pymysql://root:<pw>@mysql:3306/shop?charset=utf8mb4",
    "MONGO_URL=mongodb+srv://reader:<an:16>@cluster0.ab1cd.mongodb.net/?retryWrites=true&w=majority",
    "mongodb://a:<pw>@m-0.m:27017,m-1.m:27017/db?replicaSet=rs0",
    "redis://:<an:24>@redis-master:6379/0 is not reachable",
    "rediss://default:<url:32>@cache.example.net:6380",
    "CELERY_BROKER_URL=amqps://celery:<pw>@rabbit:5671/%2Fcelery",
    "nats://hub:<an:18>@nats.messaging:4222 disconnected",
    "clickhouse://default:<pw>@ch:9000/default",
    "ftp://backup:<pw>@files.example.net/nightly.tar.gz 550 no such file",
    "sftp://deploy:<enc>@10.0.3.4:22/srv",
    "fatal: unable to access 'https://ci-bot:<an:20>@git.example.net/team/app.git/': The requested URL returned error: 403",
    "git clone https://x-access-token:gh·s_<an:36>@github.com/acme/app.git",
    "remote: https://oauth2:gl·pat-<url:20>@gitlab.example.net/acme/app.git",
    "https://<hex:40>@github.com/acme/infra.git",
    "postgres://svc:<enc>@db/app",
    "proxy: http://corp%5Cjdoe:<enc>@proxy.corp.example:3128",
    "https_proxy=http://ops:<pw>@squid:3128",
    "jdbc:postgresql://pg:5432/app?user=app&password=<pw>&ssl=true",
    "jdbc:sqlserver://sql:1433;databaseName=crm;user=sa;password=<pw>;encrypt=true",
    "jdbc:oracle:thin:scott/<an:12>@//ora.example.net:1521/XEPDB1",
    "jdbc:mysql://m:3306/x?user=x&password=<an:14>",
    "ldap://cn=admin,dc=example,dc=net:<an:14>@ldap:389",
    "smtp://mailer%40example.net:<an:16>@smtp.example.net:587",
    "elasticsearch: https://elastic:<an:24>@es-http:9200/_bulk returned 429",
    "influxdb http://influx:8086/write?db=k8s&u=writer&p=<pw> failed",
    "GET /api/v1/users?api_key=<hex:32>&page=2 HTTP/1.1",
    "GET /callback?code=<url:40>&state=<~an:8> 302",
    "https://login.example.net/reset?token=<url:43>",
    "wss://stream.example.net/ws?access_token=<jwt>",
    "https://maps.example.net/js?key=AI·za<url:35>",
    "https://hooks.slack.com/services/T<~up:8>/B<~up:8>/<an:24>",
    "https://discord.com/api/webhooks/<~num:18>/<url:68>",
    "https://discordapp.com/api/v9/webhooks/<~num:18>/<url:68>?wait=true",
    "https://acme.webhook.office.com/webhookb2/<uuid>@<~uuid>/IncomingWebhook/<hex:32>/<~uuid>",
    "https://prod-12.westeurope.logic.azure.com/workflows/<~hex:32>/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers&sv=1.0&sig=<url:43>",
    "https://api.telegram.org/bot<~num:10>:<url:35>/sendMessage",
    "https://chat.googleapis.com/v1/spaces/AAAA<~an:7>/messages?key=AI·za<url:35>&token=<url:43>",
    "https://events.pagerduty.com/integration/<hex:32>/enqueue",
    "https://hooks.zapier.com/hooks/catch/<~num:7>/<lo:8>/",
    "https://outlook.office.com/webhook/<uuid>@<~uuid>/IncomingWebhook/<hex:32>/<~uuid>",
    "https://mattermost.example.net/hooks/<lo:26>",
    "https://<hex:32>@o12345.ingest.sentry.io/4505",
    "SENTRY_DSN=https://<hex:32>:<hex:32>@sentry.example.net/7",
    "https://artifacts.s3.eu-west-1.amazonaws.com/b.zip?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK·IA<~up:16>%2F20260101&X-Amz-Expires=900&X-Amz-Signature=<hex:64>",
    "https://s3.amazonaws.com/b/k?AWSAccessKeyId=AK·IA<~up:16>&Expires=1700000000&Signature=<an:27>%3D",
    "https://storage.googleapis.com/b/o?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature=<hex:128>",
    "https://acct.blob.core.windows.net/c/f?sv=2023-01-03&se=2026-01-01T00%3A00%3A00Z&sr=b&sp=r&sig=<an:43>%3D",
    "https://cdn.example.net/v.mp4?Policy=<~an:20>&Signature=<url:80>&Key-Pair-Id=K<~up:13>",
    "https://minio:9000/backup/x?X-Amz-Security-Token=<url:120>&X-Amz-Signature=<hex:64>",
    "https://oss-cn-hangzhou.aliyuncs.com/b/k?OSSAccessKeyId=<~an:16>&Expires=17&Signature=<an:27>%3D",
    "grpc://user:<an:18>@vector:50051",
    "snowflake://etl:<pw>@xy12345/db/schema?warehouse=wh",
)
HEADERS = (
    "> Authorization: Bearer <an:40>",
    "authorization: Basic <basic>",
    "Authorization: Token <hex:40>",
    "Authorization: ApiKey <b64:40>==",
    'Authorization: Digest username="u", realm="r", nonce="<~hex:16>", response="<hex:32>"',
    "Authorization: AWS4-HMAC-SHA256 Credential=AK·IA<~up:16>/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=<hex:64>",
    "Proxy-Authorization: Basic <basic>",
    "X-Api-Key: <an:32>",
    "x-auth-token: <hex:32>",
    "X-Vault-Token: hv·s.<url:90>",
    "PRIVATE-TOKEN: <an:20>",
    "X-Amz-Security-Token: <b64:200>",
    "Cookie: theme=dark; sessionid=<lo:32>; lang=en",
    "Set-Cookie: JSESSIONID=<HEX:32>; Path=/; HttpOnly",
    "set-cookie: connect.sid=s%3A<url:32>.<an:43>; Path=/; Expires=Thu, 01 Jan 2026 00:00:00 GMT",
    "Cookie: _gitlab_session=<hex:32>",
    "Set-Cookie: laravel_session=<an:60>%3D; Max-Age=7200",
    "Cookie: remember_user_token=<an:50>--<hex:40>",
    "{'Authorization': 'Bearer <url:48>', 'Accept': '*/*'}",
    'headers={"x-api-key": "<an:40>", "content-type": "application/json"}',
    "map[Authorization:[Bearer <jwt>] Accept:[*/*]]",
    "-H 'X-Auth-Key: <hex:37>' -H 'X-Auth-Email: ops@example.net'",
    "X-Shopify-Access-Token: sh·pat_<hex:32>",
    "Ocp-Apim-Subscription-Key: <hex:32>",
    "X-Gitlab-Token: <an:24>",
    "X-CSRF-Token: <b64:44>",
    "Sec-WebSocket-Protocol: base64url.bearer.authorization.k8s.io.<url:80>",
    "DD-API-KEY: <hex:32>",
    "X-Plex-Token: <an:20>",
    "http: proxying with header authorization=[Bearer <an:32>]",
)
COMMANDS = (
    "curl -u admin:<pw> http://grafana/api/health",
    "curl --user 'svc:<pw>' https://nexus/repository",
    'curl -H "Authorization: Bearer $(echo)" -H "X-Token: <an:32>" https://api.example.net',
    "mysql -h db -u root -p<an:14> shop",
    "mysqldump --user=root --password=<pw> shop > dump.sql",
    "PGPASSWORD=<pw> psql -h pg -U app",
    'psql "host=pg user=app password=<pw> dbname=app"',
    "redis-cli -a <an:24> ping",
    "mongosh --username root --password <pw> --authenticationDatabase admin",
    "sshpass -p <pw> ssh root@10.0.0.4",
    "docker login -u ci -p <an:30> registry.example.net",
    "helm upgrade app . --set db.password=<pw> --set image.tag=1.2",
    "helm install x y --set-string auth.rootPassword=<an:18>,replicaCount=2",
    "kubectl create secret generic db --from-literal=password=<pw>",
    "kubectl create secret docker-registry reg --docker-username=ci --docker-password=<an:24>",
    "kubectl --token=<jwt> get pods",
    "kubectl config set-credentials ci --token <an:64>",
    "vault login hv·s.<url:24>",
    "export AWS_SECRET_ACCESS_KEY=<b64:40>",
    "aws configure set aws_secret_access_key <b64:40>",
    "az login --service-principal -u <~uuid> -p <an:34> --tenant <~uuid>",
    "gcloud auth print-access-token\nya29.<url:120>",
    "argocd login argocd.example.net --username admin --password <pw>",
    "rabbitmqctl add_user app <pw>",
    "htpasswd -b /etc/nginx/.htpasswd admin <pw>",
    "openssl enc -aes-256-cbc -k <an:24> -in a -out b",
    "openssl pkcs12 -in a.p12 -passin pass:<pw>",
    "keytool -list -keystore ks.jks -storepass <an:12>",
    "java -Dspring.datasource.password=<pw> -Djavax.net.ssl.keyStorePassword=<an:10> -jar app.jar",
    "wget --http-user=me --http-password=<pw> https://dl.example.net/x",
    "net use Z: \\\\nas\\share /user:corp\\svc <pw>",
    "ALTER USER app WITH PASSWORD '<pw>';",
    "CREATE USER 'app'@'%' IDENTIFIED BY '<pw>';",
    "GRANT ALL ON *.* TO 'x'@'%' IDENTIFIED BY '<pw>'",
    "CREATE ROLE r LOGIN ENCRYPTED PASSWORD 'md5<hex:32>'",
    "echo <an:20> | docker login --password-stdin -u ci registry.example.net",
    "ldapsearch -x -D cn=admin,dc=x -w <pw> -b dc=x",
    "restic -r s3:x backup --password-command 'echo <pw>'",
    "twine upload -u __token__ -p py·pi-<url:100> dist/*",
    "npm config set //registry.example.net/:_authToken np·m_<an:36>",
    "ansible-playbook site.yml -e ansible_become_pass=<pw>",
    "terraform apply -var 'db_password=<pw>'",
    "influx auth create --token <url:86>==",
    "consul acl token read -id <~uuid> -token <uuid>",
)
FILES = (
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  username: YXBw\n  password: <b64pw:14>\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  config.yaml: |\n    apiUrl: https://x\n    pin: <an:9>\n",
    '{"apiVersion":"v1","kind":"Secret","data":{"tls.key":"<b64pw:48>"}}',
    '{"auths":{"registry.example.net":{"auth":"<basic>"}}}',
    '{"auths":{"ghcr.io":{"username":"ci","password":"<an:22>","email":"a@b.c"}}}',
    "users:\n- name: admin\n  user:\n    client-certificate-data: <~b64:60>\n    client-key-data: <b64:120>\n",
    "users:\n- name: sa\n  user:\n    token: <jwt>\n",
    "- name: oidc\n  user:\n    auth-provider:\n      config:\n        client-secret: <an:24>\n        refresh-token: <url:60>\n        idp-issuer-url: https://x\n",
    "[default]\naws_access_key_id = AK·IA<~up:16>\naws_secret_access_key = <b64:40>\nregion = eu-west-1\n",
    '{"private_key": "-----BEGIN PRIV·ATE KEY-----\\n<b64:64>\\n<b64:64>\\n-----END PRIV·ATE KEY-----\\n"}',
    "-----BEGIN OPENSSH PRIV·ATE KEY-----\n<b64:70>\n<b64:70>\n-----END OPENSSH PRIV·ATE KEY-----",
    "-----BEGIN EC PRIV·ATE KEY-----\n<b64:64>\n<b64:64>\n",
    "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n<b64:64>\nPrivate-MAC: <hex:64>\n",
    "-----BEGIN PGP PRIV·ATE KEY BLOCK-----\n\n<b64:64>\n<b64:64>\n-----END PGP PRIV·ATE KEY BLOCK-----",
    "AccountName=store1;AccountKey=<b64:86>==;EndpointSuffix=core.windows.net",
    "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=<b64:43>=",
    "Server=tcp:sql,1433;Database=crm;User ID=sa;Password=<pw>;Encrypt=True;",
    "Data Source=ora;User Id=scott;Pwd=<pw>;",
    "HostName=h.azure-devices.net;DeviceId=d;SharedAccessKey=<b64:43>=",
    "db.url=jdbc:postgresql://pg/app\ndb.username=app\ndb.password=<pw>\n",
    "spring:\n  datasource:\n    username: app\n    password: <pw>\n",
    "spring.datasource.hikari.password: <an:14>",
    '<configuration><connectionStrings><add name="Main" connectionString="Server=sql;User Id=a;Password=<pw>" /></connectionStrings></configuration>',
    "<server><id>nexus</id><username>ci</username><password><pw></password></server>",
    '<user name="root" password="<pw>" roles="admin"/>',
    '<property name="hibernate.connection.password"><pw></property>',
    '<property name="javax.persistence.jdbc.password" value="<pw>"/>',
    '[database]\nuser = "app"\npassword = "<pw>"\n',
    "[auth.jwt]\nsecret = '<b64:44>'\n",
    "DB_PASS=<pw>\nDB_HOST=pg\n",
    "SECRET_KEY_BASE=<hex:128>",
    "APP_KEY=base64:<b64:43>=",
    'JWT_SIGNING_KEY: "<b64:44>"',
    "machine api.example.net login ci password <pw>",
    "machine git.example.net\n  login bot\n  password <an:30>\n",
    "db:5432:app:app:<pw>\n# .pgpass",
    "//npm.pkg.github.com/:_authToken=gh·p_<an:36>",
    '_auth = "<basic>"\nalways-auth = true',
    "[pypi]\nusername = __token__\npassword = py·pi-<url:100>\n",
    "admin:$apr1$<an:8>$<an:22>",
    "root:$6$<an:12>$<an:86>:19000:0:99999:7:::",
    "env:\n- name: DB_PASSWORD\n  value: <pw>\n- name: LOG_LEVEL\n  value: debug\n",
    '{"env": [{"name": "API_TOKEN", "value": "<an:28>"}]}',
    'args: ["--db-password", "<pw>", "--verbose"]',
    '"Cmd": ["redis-server", "--requirepass", "<an:20>"]',
    "requirepass <an:24>",
    "masterauth <pw>",
    "listen stats\n  stats auth admin:<pw>\n",
    "global:\n  smtp_auth_password: <pw>\n  slack_api_url: https://hooks.slack.com/services/T0/B0/<an:24>\n",
    "receivers:\n- name: pd\n  pagerduty_configs:\n  - routing_key: <hex:32>\n",
    "remote_write:\n- url: https://m\n  basic_auth:\n    username: '1'\n    password: <an:30>\n",
    "bearer_token: <an:40>",
    '[remote "origin"]\n\turl = https://bot:<an:24>@git.example.net/a.git\n',
    'sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="<pw>";',
    "ssl.keystore.password=<an:12>\nssl.key.password=<an:12>\n",
    'variable "db_password" {\n  default = "<pw>"\n}\n',
    'provider "datadog" {\n  api_key = "<hex:32>"\n  app_key = "<hex:40>"\n}',
    "WireGuard\n[Interface]\nPrivateKey = <b64:43>=\nAddress = 10.0.0.1/24\n",
    "psk=<pw>\nssid=office",
    "snmp-server community <an:12> RO",
    "age key AGE-SECRET-KEY-1<up:58>",
)
CODE = (
    'password := "<pw>"',
    'const apiKey = "<an:32>";',
    "conn = psycopg2.connect(host='pg', user='app', password='<pw>')",
    'requests.get(url, auth=("admin", "<pw>"))',
    'var client = new RestClient { Token = "<an:36>" };',
    'System.setProperty("javax.net.ssl.trustStorePassword", "<pw>");',
    'String secret = "<b64:40>";',
    "$db_pass = '<pw>';",
    "define('DB_PASSWORD', '<pw>');",
    "'password' => '<pw>',",
    ':password => "<pw>"',
    "config.secret_key = '<hex:64>'",
    'let token: &str = "<an:40>";',
    'os.environ["STRIPE_API_KEY"] = "sk_li·ve_<an:24>"',
    'os.Setenv("DB_PASSWORD", "<pw>")',
    "process.env.JWT_SECRET || '<an:32>'",
    'jwt.sign(payload, "<an:32>", { secretKey: "<an:24>" })'.replace('"<an:32>"', "key"),
    'Credentials{AccessKeyID: "a", SecretAccessKey: "<b64:40>"}',
    "&Config{User:app Password:<pw> Host:pg}",
    "Config(user='app', password='<pw>', host='pg')",
    "DatabaseSettings[username=app, password=<pw>, url=jdbc:x]",
    '%{username: "app", password: "<pw>"}',
    '{:user "app" :password "<pw>"}',
    "openai.api_key = 'sk-pro·j-<an:48>T3BlbkFJ<an:48>'",
    "client = anthropic.Anthropic(api_key='sk-a·nt-api03-<url:93>AA')",
    'val dbPassword = "<pw>"',
    'private static final String PASSWORD = "<pw>";',
    'setPassword("<pw>")',
    "client_secret: '<url:40>',",
    '$env:ARM_CLIENT_SECRET = "<an:34>"',
    '-AsPlainText "<pw>" -Force',
)
LOGS = (
    "2026-01-05T10:00:00Z ERROR login failed for user root with password <pw>",
    'time="2026-01-05T10:00:00Z" level=error msg="auth failed" token=<an:32> user=ci',
    '{"level":"warn","ts":1767600000.1,"caller":"auth/a.go:12","msg":"bad login","password":"<pw>"}',
    '{"level":"info","msg":"request","req":{"headers":{"authorization":"Bearer <an:40>"}}}',
    "INFO  c.e.Auth - Authenticated with token [<hex:40>]",
    'Started POST "/login" Parameters: {"user"=>"a", "password"=>"<pw>"}',
    "[Nest] 1 - LOG Using API key: <an:32>",
    "npm ERR! 401 with _authToken=<uuid>",
    'W0105 10:00:00.000000 1 auth.go:12] token "<an:36>" is invalid',
    'DEBUG:urllib3.connectionpool:https://api.example.net:443 "GET /v1?apikey=<hex:32> HTTP/1.1" 200 12',
    '10.0.0.1 - - [05/Jan/2026:10:00:00 +0000] "GET /oauth?client_secret=<url:40>&x=1 HTTP/1.1" 200 5',
    "panic: invalid key: AK·IA<~up:16>:<b64:40>".replace("invalid key", "secret access key").replace(
        "AK·IA<~up:16>:", ""
    ),
    "org.springframework.web: Generated security password: <uuid>".replace("Generated", "Using generated"),
    "Initial admin password: <an:16>",
    "The new root password is '<pw>'.",
    "Grafana admin credentials: admin / <pw>",
    "Unseal Key 1: <b64:44>\nInitial Root Token: hv·s.<url:24>",
    "level=info component=oauth refresh_token=<url:64> expires_in=3600",
    "discovered service account token <jwt>",
    "failed to refresh: invalid_grant, assertion=<jwt>",
    "github: using gh·o_<an:36>",
    "github: using github_p·at_<an:22>_<an:59>",
    "slack: invalid_auth xox·b-<~num:12>-<~num:12>-<an:24>",
    "stripe: Invalid API Key provided: rk_li·ve_<an:24>",
    "sendgrid: SG·.<url:22>.<url:43>",
    "twilio: auth token <hex:32> rejected for account AC<~hex:32>",
    "mailgun: key-<hex:32>",
    "Digital Ocean token do·p_v1_<hex:64> expired",
    "hugging face h·f_<an:34> not authorised",
    "dockerhub dc·kr_pat_<url:27>",
    "newrelic NR·AK-<up:27>",
    "grafana gl·sa_<an:32>_<hex:8>",
    "kubeadm join 10.0.0.1:6443 --token <lo:6>.<lo:16> --discovery-token-ca-cert-hash sha256:<~hex:64>",
    "Basic auth header: Basic <basic>",
    "user logged in, session_id=<hex:32>, ip=10.0.0.4",
    "password for user app is <pw>",
    "SASL PLAIN username=app password=<pw> failed",
    "Login succeeded for 'app'. api token: <hex:40>",
    "otp secret for bob: <up:32>",
    "Encryption key (base64) <b64:43>= loaded",
    "activation link /activate/?key=<hex:40>",
)
SAMPLES = URLS + HEADERS + COMMANDS + FILES + CODE + LOGS
