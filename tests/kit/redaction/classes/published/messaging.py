"""What services of chat, messages, mail and telephony issue, two contexts each."""

from __future__ import annotations

MESSAGING = {
    "asana": ("ASANA_ACCESS_TOKEN=2/<~num:16>/<~num:16>:<hex:32>", "asana: 2/<~num:16>/<~num:16>:<hex:32> is revoked"),
    "clickup": ("Authorization: pk_<num:8>_<up:32>", "clickup token pk_<num:8>_<up:32> has no access to the list"),
    "todoist": (
        "TODOIST_API_TOKEN=<hex:40>",
        "curl https://api.todoist.com/rest/v2/projects -H 'Authorization: Bearer <hex:40>'",
    ),
    "trello": ("https://api.trello.com/1/boards/x?key=<~hex:32>&token=<hex:64>", "TRELLO_TOKEN=<hex:64>"),
    "dingtalk": (
        "POST https://oapi.dingtalk.com/robot/send?access_token=<hex:64>",
        "dingtalk:\n  secret: SEC<hex:64>",
    ),
    "wecom": (
        "curl 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=<uuid>' -d @m.json",
        "wecom corpsecret=<url:43>",
    ),
    "mattermost": ("https://chat.example.net/hooks/<lo:26>", "Authorization: Bearer <lo:26>"),
    "rocket.chat": ("X-Auth-Token: <url:43>\nX-User-Id: <~an:17>", "ROCKETCHAT_AUTH_TOKEN=<url:43>"),
    "zulip": (
        "[api]\nemail=bot@chat.example.net\nkey=<an:32>\nsite=https://chat.example.net",
        "zulip-send --api-key <an:32> --user bot@example.net",
    ),
    "matrix": ("access_token: syt_<an:16>_<an:20>_<an:6>", "matrix: sync with syt_<an:16>_<an:20>_<an:6> failed"),
    "line": ("Authorization: Bearer <b64:169>==", "LINE_CHANNEL_ACCESS_TOKEN=<b64:169>=="),
    "viber": ("X-Viber-Auth-Token: <hex:16>-<hex:16>-<hex:16>", "VIBER_TOKEN=<hex:16>-<hex:16>-<hex:16>"),
    "pushover": (
        "curl -s --form-string token=<lo:30> --form-string user=<~lo:30> https://api.pushover.net/1/messages.json",
        "pushover_configs:\n- user_key: <lo:30>\n  token: <lo:30>",
    ),
    "pushbullet": ("Access-Token: o.<an:32>", "PUSHBULLET_TOKEN=o.<an:32>"),
    "ntfy": ("curl -u :tk_<lo:29> ntfy.example.net/alerts", "ntfy publish --token tk_<lo:29> alerts hi"),
    "gotify": ("POST https://push.example.net/message?token=A<url:14>", "X-Gotify-Key: A<url:14>"),
    "vonage": ("VONAGE_API_SECRET=<an:16>", '{"api_key":"<~hex:8>","api_secret":"<an:16>","to":"4915"}'),
    "messagebird": ("Authorization: AccessKey <an:25>", "MESSAGEBIRD_ACCESS_KEY=live_<an:25>"),
    "telnyx": ("TELNYX_API_KEY=KEY01<HEX:30>_<an:22>", "telnyx: KEY01<HEX:30>_<an:22> not found"),
    "infobip": ("Authorization: App <hex:32>-<uuid>", "INFOBIP_API_KEY=<hex:32>-<uuid>"),
    "signalwire": ("SIGNALWIRE_TOKEN=PT<hex:48>", "https://<~uuid>:PT<hex:48>@acme.signalwire.com/api"),
    "novu": ("Authorization: ApiKey <hex:32>", "NOVU_SECRET_KEY=<hex:32>"),
    "ably": ("ABLY_API_KEY=<~url:6>.<~url:6>:<url:43>", "new Ably.Realtime('<~url:6>.<~url:6>:<url:43>')"),
    "pusher": (
        "PUSHER_APP_SECRET=<hex:20>",
        '{"app_id":"123456","key":"<~hex:20>","secret":"<hex:20>","cluster":"eu"}',
    ),
    "pubnub": ("secretKey: 'sec-c-<b64:48>'", "pubnub: sec-c-<b64:48> is disabled"),
    "sparkpost": ("Authorization: <hex:40>\nHost: api.sparkpost.com", "SPARKPOST_API_KEY=<hex:40>"),
    "mandrill": ('{"key":"md-<url:22>","message":{"subject":"hi"}}', "smtp: mandrill md-<url:22> refused"),
    "smtp2go": ("X-Smtp2go-Api-Key: api-<up:32>", "smtp2go answered E_ApiResponseCodes for api-<up:32>"),
    "elastic email": (
        "X-ElasticEmail-ApiKey: <HEX:96>",
        "GET https://api.elasticemail.com/v2/email/send?apikey=<HEX:96>&to=x",
    ),
    "mailtrap": ("Api-Token: <hex:32>", "MAILTRAP_API_TOKEN: <hex:32>"),
    "klaviyo": ("Authorization: Klaviyo-API-Key pk_<hex:34>", "KLAVIYO_PRIVATE_KEY=pk_<hex:34>"),
    "zoho": ("refresh_token=1000.<hex:32>.<hex:32>", "Authorization: Zoho-oauthtoken 1000.<hex:32>.<hex:32>"),
    "fastmail": ("FASTMAIL_TOKEN=fmu1-<hex:8>-<hex:32>-0-<hex:32>", "jmap: 401 for fmu1-<hex:8>-<hex:32>-0-<hex:32>"),
    "gmail app password": ("SMTP_PASSWORD=<low:16>", 'gmail app password: "<spaced:4>"'),
    "twitch": ("TWITCH_CLIENT_SECRET=<lo:30>", "rtmp://live.twitch.tv/app/live_<num:9>_<an:30>"),
}
