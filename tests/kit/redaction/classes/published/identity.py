"""What providers of identity and of access over networks issue, two contexts each."""

from __future__ import annotations

IDENTITY = {
    "zerotier": ("ZT_TOKEN=<an:32>", "X-ZT1-Auth: <lo:24>"),
    "netbird": ("netbird up --setup-key <uuid>", "Authorization: Token nbp_<an:36>"),
    "headscale": (
        "tailscale up --login-server https://h.example.net --authkey <hex:48>",
        "headscale: api key <~an:7>.<url:64> expired",
    ),
    "teleport": (
        "teleport start --roles=node --token=<hex:32> --auth-server=t:443",
        "tctl tokens add: the invite token: <hex:32>",
    ),
    "strongswan": (': PSK "<pw>"', '10.0.0.1 10.0.0.2 : PSK "<an:32>"'),
    "eap": ('alice : EAP "<pw>"', 'bob : XAUTH "<words>"'),
    "radius": ("client nas1 {\n  ipaddr = 10.0.0.9\n  secret = <pw>\n}", "radtest alice <pw> 10.0.0.9 0 <an:16>"),
    "keycloak": (
        '"credentials": { "secret": "<an:32>" }',
        "kcadm.sh config credentials --server x --realm master --user admin --password <words>",
    ),
    "descope": ("DESCOPE_MANAGEMENT_KEY=K2<an:60>", "descope: Authorization: Bearer P2<~an:25>:K2<an:60>"),
    "jumpcloud": ("x-api-key: <hex:40>", "JUMPCLOUD_API_KEY=<hex:40>"),
    "onelogin": ("client_secret:<hex:64>", "Authorization: client_id:<~hex:64>, client_secret:<hex:64>"),
    "yubico": ("yubico client id 12345 secret key <b64:27>=", "YUBICO_SECRET_KEY=<b64:27>="),
    "sssd": ("ldap_default_bind_dn = cn=a\nldap_default_authtok = <pw>", "krb5: kinit: echo <pw> | kinit alice"),
    "saml": ("RelayState=x&SAMLResponse=<b64:400>", "SAMLart=<b64:60>"),
    "oidc": (
        "code_verifier=<url:64>&code=<url:40>&grant_type=authorization_code",
        '{"access_token":"<url:60>","refresh_token":"<url:60>","token_type":"Bearer"}',
    ),
    "vault transit": (
        "vault write auth/approle/login role_id=<~uuid> secret_id=<uuid>",
        "vault kv put secret/shop password=<words>",
    ),
    "boundary": ("BOUNDARY_TOKEN=at_<an:10>_<an:90>", "boundary: token at_<an:10>_<an:90> expired"),
    "infisical": (
        "INFISICAL_TOKEN=st.<hex:24>.<hex:32>.<hex:32>",
        "infisical run --token st.<hex:24>.<hex:32>.<hex:32>",
    ),
    "akeyless": ("AKEYLESS_ACCESS_KEY=<b64:43>=", "akeyless auth --access-id p-<~lo:12> --access-key <b64:43>="),
    "cyberark": ('Authorization: Token token="<b64:120>="', "CONJUR_AUTHN_API_KEY=<lo:55>"),
    "delinea": ("grant_type=password&username=svc&password=<enc>", "thycotic: token <url:120>"),
    "keeper": ("KSM_CONFIG=eyJjbGllbnRJZCI6ImFiYyIsInByaXZhdGVLZXkiOiI<b64:200>==", "ksm profile init US:<url:43>"),
    "bitlocker": (
        "Recovery Password: <num:6>-<num:6>-<num:6>-<num:6>-<num:6>-<num:6>-<num:6>-<num:6>",
        "bitlocker recovery key <num:6>-<num:6>-<num:6>-<num:6>-<num:6>-<num:6>-<num:6>-<num:6>",
    ),
    "filevault": (
        "fdesetup: recovery key = '<serial:6>'",
        "FileVault recovery key: <serial:6>",
    ),
    "nextcloud": (
        "app password: <an:5>-<an:5>-<an:5>-<an:5>-<an:5>",
        "curl -u alice:<an:5>-<an:5>-<an:5>-<an:5>-<an:5> https://cloud.example.net/remote.php/dav",
    ),
    "wordpress application": (
        "application password: <spaced:6>",
        'wp: -u "ops:<spaced:6>"',
    ),
    "steam": ("https://api.steampowered.com/ISteamUser/x?key=<HEX:32>&steamids=1", "STEAM_API_KEY=<HEX:32>"),
    "riot": ("X-Riot-Token: RGAPI-<uuid>", "riot: RGAPI-<uuid> is expired"),
    "linkedin": ("LINKEDIN_CLIENT_SECRET=WPL_AP1.<an:16>.<b64:6>==", "linkedin WPL_AP1.<an:16>.<b64:6>== refused"),
    "pinterest": ("PINTEREST_TOKEN=pina_<an:80>", "pinterest: pina_<an:80> expired"),
    "facebook app": (
        "https://graph.facebook.com/app?access_token=<~num:15>|<url:27>",
        "FACEBOOK_APP_TOKEN=<~num:15>|<url:27>",
    ),
}
