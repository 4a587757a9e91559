"""What services of monitoring, alerts, flags and analytics issue, two contexts each."""

from __future__ import annotations

MONITORING = {
    "logz.io": ("LOGZIO_TOKEN=<an:32>", "https://listener.logz.io:8071/?token=<an:32>&type=nginx"),
    "sumo logic": (
        "POST https://endpoint1.collection.eu.sumologic.com/receiver/v1/http/<b64:86>==",
        "sumo access key <an:64>",
    ),
    "coralogix": ("CORALOGIX_PRIVATE_KEY=cxtp_<an:30>", "coralogix: cxtp_<an:30> is not allowed"),
    "axiom": ("AXIOM_TOKEN=xaat-<uuid>", "axiom: xaat-<uuid> has no dataset"),
    "instana": ("INSTANA_AGENT_KEY=<url:22>", "Authorization: apiToken <url:22>"),
    "appdynamics": ("APPDYNAMICS_AGENT_ACCOUNT_ACCESS_KEY=<lo:12>", "<account-access-key><lo:24></account-access-key>"),
    "airbrake": (
        "Airbrake.configure { |c| c.project_key = '<hex:32>' }",
        "POST https://api.airbrake.io/api/v3/projects/1/notices?key=<hex:32>",
    ),
    "raygun": ("X-ApiKey: <an:22>", "RAYGUN_APIKEY=<an:22>"),
    "uptimerobot": ("api_key=u123456-<hex:24>&format=json", "uptimerobot key m123456789-<hex:24>"),
    "checkly": ("CHECKLY_API_KEY=cu_<hex:32>", "checkly: cu_<hex:32> expired"),
    "statuspage": ("Authorization: OAuth <uuid>", "STATUSPAGE_API_KEY=<uuid>"),
    "incident.io": ("INCIDENT_API_KEY=inc_<hex:64>", "incident.io: inc_<hex:64> lacks a scope"),
    "firehydrant": ("FIREHYDRANT_API_KEY=fhb-<hex:32>", "firehydrant: fhb-<hex:32> is for a bot"),
    "rootly": ("ROOTLY_API_TOKEN=rootly_<hex:64>", "rootly: rootly_<hex:64> revoked"),
    "zabbix": (
        '{"jsonrpc":"2.0","method":"host.get","auth":"<hex:32>","id":1}',
        "zabbix_sender: Authorization: Bearer <hex:64>",
    ),
    "prtg": (
        "GET /api/table.json?content=sensors&username=ops&passhash=<num:10>",
        "https://prtg.example.net/api/x?apitoken=<up:55>",
    ),
    "prometheus": (
        "basic_auth:\n  username: prom\n  password: <words>",
        "remote_write:\n- url: https://m.example.net\n  authorization:\n    credentials: <an:40>",
    ),
    "mezmo": ("logdna-agent -k <hex:32>", "LOGDNA_INGESTION_KEY=<hex:32>"),
    "scalyr": ('api_key: "0<url:43>-"', "scalyr: api key 0<url:43>- may not write"),
    "flagsmith": ("FLAGSMITH_ENVIRONMENT_KEY=ser.<an:22>", "flagsmith: environment key ser.<an:22> unknown"),
    "configcat": (
        "CONFIGCAT_SDK_KEY=configcat-sdk-1/<url:22>/<url:22>",
        "configcat: configcat-sdk-1/<url:22>/<url:22> not found",
    ),
    "unleash": ("UNLEASH_API_TOKEN=*:production.<hex:60>", "Authorization: default:development.<hex:60>"),
    "growthbook": ("GROWTHBOOK_SECRET=secret_admin_<an:40>", "growthbook: secret_readonly_<an:40>"),
    "split": ("SPLIT_SDK_KEY=<lo:36>", "split.authorizationKey: '<lo:52>'"),
    "posthog": ("POSTHOG_PERSONAL_API_KEY=phx_<an:43>", "posthog: phx_<an:43> lacks query:read"),
    "healthchecks": ("curl -fsS -m 10 https://hc-ping.com/<uuid>", "X-Api-Key: <url:32>"),
    "thousandeyes": ("TE_TOKEN=<uuid>", "thousandeyes: Authorization: Bearer <uuid>"),
    "lightstep": ("lightstep-access-token: <b64:86>==", "LS_ACCESS_TOKEN=<an:80>"),
    "logentries": ("LOGENTRIES_TOKEN=<uuid>", "le: token <uuid> refused"),
    "mixpanel": (
        "curl https://mixpanel.com/api/query -u svc.1a2b3c.mp-service-account:<an:32>",
        "MIXPANEL_API_SECRET=<hex:32>",
    ),
    "victorops": (
        "https://alert.victorops.com/integrations/generic/20131114/alert/<uuid>/ops",
        "X-VO-Api-Key: <hex:32>",
    ),
    "squadcast": ("https://api.squadcast.com/v2/incidents/prometheus/<hex:40>", "SQUADCAST_REFRESH_TOKEN=<hex:80>"),
    "telegraf": ('telegraf: [outputs.http.headers] Authorization = "Splunk <uuid>"', "telegraf --token <b64:86>=="),
}
