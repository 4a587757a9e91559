"""Passwords made of words, which look like names of objects but for an odd capital and a digit; and further places."""

from __future__ import annotations

OF_WORDS = (
    "JWT_SECRET=<words>",
    "webhookSecret: <words>",
    'process.env.COOKIE_SECRET = "<words>"',
    "set vpn ipsec psk secret '<words>'",
    "client_secret=<words>",
    "ansible_ssh_pass: <words>",
    "smtp-pass: <words>",
    "login as admin with password <words> there",
    "user ops and password <words> on staging",
    "api_key=<words>",
    "DB_PASSWORD=<words>",
    "Command:\n      redis-server\n      --requirepass\n      <words>",
    "args:\n- --db-password\n- <words>\n- --verbose",
    "command:\n  - --api-token\n  - <an:40>",
)
CONSOLES = (
    '1772600000.1 [0 10.0.0.7:40112] "AUTH" "default" "<words>"',
    '1772600001.2 [0 10.0.0.7:40112] "AUTH" "<words>"',
    '1772600002.3 [0 10.0.0.7:40112] "CONFIG" "SET" "requirepass" "<words>"',
    "##vso[task.setvariable variable=dbPassword]<words>",
    "##vso[task.setvariable variable=apiToken;issecret=true]<an:40>",
    "[smtp.example.net]:587 relay:<words>",
    "smtp_sasl_password_maps: [mail.example.net]:587 relay:<pw>",
    "map[X-Amz-Date:[20260301T000000Z] X-Amz-Security-Token:[<b64:120>]]",
    "map[X-Api-Key:[<an:32>] Accept:[*/*]]",
    "Accessor ID  = <~uuid>\nSecret ID    = <uuid>\nType         = management",
    "cipher with key base64:<b64:43>= not supported",
)
