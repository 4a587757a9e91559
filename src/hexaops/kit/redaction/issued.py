"""Published forms of tokens that gitleaks' rules do not know, each behind words one of which is in everything of it.

A form whose only word is part of many ordinary lines (`st.`, `at_`, `us:`) is left to the name beside its value.
"""

from __future__ import annotations

from hexaops.kit.redaction.forms import UUID

ISSUED: tuple[tuple[str, str], ...] = (
    ("vercel_blob_rw_", r"vercel_blob_rw_\w{20,128}"),
    ("azdo", r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}"),
    (
        "azfu +acr acdb +ast aiot apim azse +aeh azca",
        r"[A-Za-z0-9+/]{33,76}(?:AzFu|\+ACR|ACDb|\+ASt|AIoT|APIM|AzSe|\+AEh|AzCa)[A-Za-z0-9+/]{5,6}={0,2}",
    ),
    ("jqqj99", r"[A-Za-z0-9]{0,64}JQQJ99[A-Za-z0-9]{14,40}"),
    ("cio", r"cio[A-Za-z0-9]{32}"),
    ("cciprj_", r"CCIPRJ_\w{20,128}"),
    ("pat-na pat-eu", rf"pat-(?:na|eu)\d-{UUID}"),
    ("secret-", r"secret-[A-Za-z0-9]{43}"),
    ("secret-live- secret-test-", r"secret-(?:live|test)-[\w-]{32,44}=?"),
    ("sk-lf-", rf"sk-lf-{UUID}"),
    ("sk-helicone-", r"sk-helicone-[a-z0-9-]{20,64}"),
    ("flwseck-", r"FLWSECK-[0-9A-Za-z]{12,40}(?:-X)?"),
    ("fc-", r"fc-[0-9a-f]{32}"),
    ("bb_live_ bb_test_", r"bb_(?:live|test)_[\w-]{20,64}"),
    ("snyk_uat. snyk_sat.", r"snyk_[us]at\.[\w.-]{20,200}"),
    ("ory_", r"ory_(?:pat|at|rt|ac|st|apikey|wak)_[\w.-]{20,200}"),
    ("zpka_", r"zpka_[0-9a-f]{32}_[0-9a-f]{8}"),
    ("tr_prod_ tr_dev_ tr_stg_", r"tr_(?:prod|dev|stg)_\w{20,64}"),
    ("signkey-", r"signkey-(?:prod|test|branch)-[0-9a-f]{32,64}"),
    ("k00", r"K00\d[A-Za-z0-9+/]{27}"),
    ("rwrty0iy", r"RWRTY0Iy[\w+/=]{60,400}"),
    ("bedrock-api-key-", r"bedrock-api-key-[\w+/=.-]{40,4096}"),
    ("glrtr-", r"glrtr-[\w.-]{20,300}"),
    ("oauth:", r"oauth:[a-z0-9]{30}"),
    ("polar_", r"polar_(?:pat|oat|at|rt|cs|whs)_\w{20,128}"),
    ("mdb_sa_sk_", r"mdb_sa_sk_[\w-]{20,64}"),
    ("pdl_live_ pdl_sdbx_ pdl_ntfset_", r"pdl_(?:live|sdbx|ntfset)_\w{20,128}"),
    ("npg_", r"npg_[A-Za-z0-9]{12,40}"),
    ("avns_", r"AVNS_[\w-]{15,40}"),
    ("aivenv1", r"aivenv1[\w+/=-]{40,400}"),
    ("essu_", r"essu_[\w+/=-]{40,200}"),
    ("wandb_v1_", r"wandb_v1_\w{30,200}"),
    ("sgd_", r"sgd_(?:local_|[0-9a-f]{16}_)?[0-9a-f]{40,64}"),
    ("depot_org_ depot_project_", r"depot_(?:org|project)_[0-9a-f]{40,80}"),
    ("mlsn.", r"mlsn\.[0-9a-f]{64}"),
    ("pk_prod_ pk_test_", r"pk_(?:prod|test)_[A-Z0-9]{28}"),
    ("os_v2_", r"os_v2_(?:app|org)_[a-z0-9]{40,120}"),
)
