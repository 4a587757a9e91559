"""What clouds, hosts, registrars and networks of delivery issue, two contexts each."""

from __future__ import annotations

CLOUDS = {
    "oci pass phrase": (
        "[DEFAULT]\nuser=ocid1.user.oc1..aaaa\nkey_file=~/.oci/key.pem\npass_phrase=<pw>\nregion=eu-frankfurt-1",
        'oci: signer = Signer(tenancy, user, fingerprint, key_file, pass_phrase="<pw>")',
    ),
    "oci customer secret key": (
        "OCI customer secret key created: <b64:43>=",
        "s3cmd --access_key=<~hex:40> --secret_key=<b64:43>= ls s3://bucket",
    ),
    "vultr": ("VULTR_API_KEY=<up:36>", "curl -H 'Authorization: Bearer <up:36>' https://api.vultr.com/v2/account"),
    "exoscale": ("export EXOSCALE_API_SECRET=<url:43>", '[[accounts]]\nkey = "EXO<~hex:24>"\nsecret = "<url:43>"'),
    "upcloud": ("upctl account login --token ucat_<up:26>", "UpCloud answered 401 for ucat_<up:26>"),
    "civo": ("civo apikey save prod <an:50>", 'provider "civo" {\n  token = "<an:50>"\n  region = "LON1"\n}'),
    "equinix metal": ("METAL_AUTH_TOKEN=<an:32>", "X-Auth-Token: <an:32>\nHost: api.equinix.com"),
    "backblaze": ("b2 authorize-account 005<~hex:22> K005<b64:27>", "RCLONE_CONFIG_B2_KEY=K004<b64:27>"),
    "cloudflare access": (
        "CF-Access-Client-Id: <~hex:32>.access\nCF-Access-Client-Secret: <hex:64>",
        'headers={"CF-Access-Client-Secret": "<hex:64>"}',
    ),
    "cloudflare turnstile": (
        "TURNSTILE_SECRET_KEY=0x4AAAAAAA<url:28>",
        "turnstile: secret 0x4AAAAAAA<url:28> rejected",
    ),
    "cloudflare r2": (
        "R2_SECRET_ACCESS_KEY=<hex:64>",
        "[r2]\ntype = s3\nprovider = Cloudflare\naccess_key_id = <~hex:32>\nsecret_access_key = <hex:64>",
    ),
    "huawei cloud": ("export HW_SECRET_KEY=<an:40>", '{"ak": "<~up:20>", "sk": "<an:40>", "region": "eu-west-101"}'),
    "volcengine": ("VOLC_SECRETKEY=<b64:58>==", "volcengine config: ak=AKLT<~an:43> sk=<b64:58>=="),
    "baidu cloud": (
        "BCE_SECRET_ACCESS_KEY=<hex:32>",
        "Authorization: bce-auth-v1/<~hex:32>/2026-11-30T10:00:00Z/1800/host/<hex:64>",
    ),
    "openstack": ("export OS_PASSWORD=<pw>", "OS_APPLICATION_CREDENTIAL_SECRET=<url:86>"),
    "keystone token": ("X-Subject-Token: gAAAAAB<url:180>", "openstack token issue\n| id | gAAAAAB<url:160> |"),
    "deno deploy": ("deployctl deploy --token=ddp_<an:36> --project=shop", "deploy: 401 for ddp_<an:36>"),
    "gandi": ("Authorization: Apikey <an:24>", "GANDIV5_API_KEY=<an:24>"),
    "godaddy": ("Authorization: sso-key <~an:35>:<an:22>", "GODADDY_API_SECRET=<an:22>"),
    "namecheap": (
        "GET https://api.namecheap.com/xml.response?ApiUser=acme&ApiKey=<hex:32>&Command=namecheap.domains.getList",
        "NAMECHEAP_API_KEY: <hex:32>",
    ),
    "dnsimple": ("DNSIMPLE_OAUTH_TOKEN=dnsimple_a_<an:32>", "dnsimple token dnsimple_u_<an:32> has no access"),
    "hetzner dns": (
        "Auth-API-Token: <an:32>",
        "curl https://dns.hetzner.com/api/v1/zones -H 'Auth-API-Token: <an:32>'",
    ),
    "ns1": ("X-NSONE-Key: <an:20>", "ns1_apikey = <an:20>"),
    "bunny": ("AccessKey: <hex:8>-<hex:4>-<hex:4>-<hex:12>-<hex:4>-<hex:4>", "BUNNY_API_KEY=<uuid><uuid>"),
    "porkbun": ('{"apikey":"pk1_<hex:64>","secretapikey":"sk1_<hex:64>"}', "porkbun: bad sk1_<hex:64>"),
    "duckdns": (
        "curl 'https://www.duckdns.org/update?domains=shop&token=<uuid>&ip='",
        "DUCKDNS_TOKEN=<uuid>",
    ),
    "acme eab": (
        "certbot register --eab-kid <~url:22> --eab-hmac-key <url:86> --server https://acme.zerossl.com/v2/DV90",
        "externalAccountBinding:\n  keyID: abc\n  hmacKey: <url:86>",
    ),
    "spaces": ("SPACES_SECRET_KEY=<b64:43>", "doctl: spaces secret <b64:43>= is not valid"),
    "fastly kv": ("Fastly-Key: <url:32>", "fastly whoami --token <url:32>"),
    "cdn77": ("CDN77_TOKEN=<url:43>", "Authorization: Bearer <url:43>"),
    "railway": ("RAILWAY_TOKEN=<uuid> railway up", "railway login --token <uuid>"),
    "koyeb": ("koyeb apps list --token <lo:64>", "KOYEB_TOKEN: <lo:64>"),
}
