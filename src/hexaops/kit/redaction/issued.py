"""Published forms of tokens that gitleaks' rules do not know, each behind words one of which is in everything of it.

A form whose only word is part of many ordinary lines (`st.`, `at_`, `us:`) is left to the name beside its value.
"""

from __future__ import annotations

from hexaops.kit.redaction.forms import UUID


def _hex(*begins: str) -> str:
    """The words of forms that hexadecimal digits follow: `cs_` alone is part of `metrics_total`."""
    return " ".join(begin + digit for begin in begins for digit in "0123456789abcdef")


_CLOUDS = (
    ("ucat_", r"ucat_[A-Z0-9]{24,32}"),
    ("gaaaaa", r"gAAAAA[\w-]{60,1024}={0,2}"),
    ("ddp_ ddo_", r"dd[op]_[A-Za-z0-9]{36}"),
    (_hex("sk1_", "pk1_"), r"[sp]k1_[0-9a-f]{64}"),
    ("hrku-", r"HRKU-[\w-]{30,64}"),
    ("aq.ab8", r"AQ\.Ab8[\w-]{40,64}"),
    ("tk-us-", r"tk-us-[\w-]{40,60}"),
    ("gitpod_pat_", r"gitpod_pat_[\w.-]{20,200}"),
    ("vtwn_", r"vtwn_[A-Za-z0-9]{20,64}"),
)
_PIPELINES = (
    ("ovsxat_", rf"ovsxat_{UUID}"),
    (_hex("web_"), r"web_[0-9a-f]{64}"),
    ("chpt_", r"chpt_[0-9a-f]{12,20}"),
    ("bitpat_", r"bitpat_[A-Za-z0-9_-]{40,100}"),
    ("pat. sat.", r"[ps]at\.[\w-]{22}\.[0-9a-f]{24}\.[A-Za-z0-9]{20}"),
    ("sktsec_", r"sktsec_[\w-]{20,100}"),
    ("ctx7sk-", rf"ctx7sk-{UUID}"),
)
_MESSAGING = (
    ("2/0 2/1 2/2 2/3 2/4 2/5 2/6 2/7 2/8 2/9", r"2/\d{10,20}/\d{10,20}:[0-9a-f]{32}"),
    ("syt_", r"syt_[\w+/=-]{1,128}_[A-Za-z0-9]{20}_[A-Za-z0-9]{6}"),
    ("mct_ mat_ mcr_ mar_", r"m[ac][tr]_[A-Za-z0-9]{30}_[A-Za-z0-9]{6}"),
    ("key01", r"KEY01[0-9A-F]{30}_[A-Za-z0-9]{20,24}"),
    ("sec-c-", r"sec-c-[A-Za-z0-9+/]{40,64}={0,2}"),
    ("fmu1-", r"fmu1-[0-9a-f-]{40,120}"),
    ("xwfp-", r"xwfp-[\w-]{20,255}"),
    ("xsmtpsib-", r"xsmtpsib-[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    ("vk1.a.", r"vk1\.a\.[\w-]{60,400}"),
    (_hex("pk_"), r"pk_[0-9a-f]{34}"),
    ("igqv igqw", r"IGQ[VW][\w-]{60,300}"),
    ("rgapi-", rf"RGAPI-{UUID}"),
    ("wpl_ap", r"WPL_AP\d\.[A-Za-z0-9]{16}\.[\w+/]{4,12}={0,2}"),
    ("pina_", r"pina_[A-Za-z0-9]{40,200}"),
    ("aio_", r"aio_[A-Za-z0-9]{28}"),
)
_PAYMENTS = (
    ("klarna_", r"klarna_(?:live|test|playground)_(?:api|client)_[\w-]{20,200}={0,2}"),
    (_hex("cs_", "ck_"), r"c[sk]_[0-9a-f]{40}"),
    ("amzn1.oa2-cs.", r"amzn1\.oa2-cs\.v1\.[0-9a-f]{64}"),
    ("atzr| atza|", r"Atz[ar]\|[\w-]{40,2048}"),
    (_hex("prd-", "sbx-"), r"(?:PRD|SBX)-[0-9a-f]{12}(?:-[0-9a-f]{4}){4}"),
    ("app_usr-", r"APP_USR-\d{12,20}-\d{6}-[0-9a-f]{32}-\d{5,12}"),
    ("xnd_production_ xnd_development_", r"xnd_(?:production|development)_[A-Za-z0-9+/=]{20,100}"),
    ("mid-server-", r"(?:SB-)?Mid-server-[\w-]{20,48}"),
    ("$aact_", r"\$aact_[\w+/=:-]{40,400}"),
    ("_api_key:", r"(?:TEST|LIVE)_API_KEY:[0-9a-f]{32}:[0-9a-f]{32}"),
    ("secret-token:", r"secret-token:[\w.:%-]{20,256}"),  # RFC 8959
    ("creem_", r"creem_(?:test_)?[A-Za-z0-9]{20,40}"),
    ("bxt_", r"bxt_[A-Za-z0-9]{30,64}"),
)
_MODELS = (
    ("m0-", r"m0-[A-Za-z0-9]{40}"),
    (_hex("e2b_"), r"e2b_[0-9a-f]{40}"),
    (_hex("dtn_"), r"dtn_[0-9a-f]{64}"),
    ("comfyui-", r"comfyui-[0-9a-f]{64}"),
    ("rpa_", r"rpa_[A-Z0-9]{40,48}"),
    ("kgat_", r"KGAT_[0-9a-f]{32}"),
    (_hex("key_"), r"key_[0-9a-f]{128}"),
    ("pylf_v", r"pylf_v\d_(?:us|eu)_[A-Za-z0-9]{30,100}"),
)
_DATABASES = (
    ("fna", r"fnA[A-Z][\w-]{34,38}"),
    (_hex("mzp_"), r"mzp_[0-9a-f]{64}"),
    ("ccdb1_", r"CCDB1_[A-Za-z0-9]{22}_[A-Za-z0-9]{40}"),
    ("ldpat_", r"ldpat_[0-9a-f]{32}"),
    ("hxtp_ hxtw_", r"hxt[pw]_[0-9a-f]{32,80}"),
)
_MONITORING = (
    ("cxtp_ cxup_", r"cx[tu]p_[A-Za-z0-9]{30,40}"),
    ("xaat- xapt-", rf"xa[ap]t-{UUID}"),
    (_hex("cu_"), r"cu_[0-9a-f]{32}"),
    (_hex("inc_"), r"inc_[0-9a-f]{64}"),
    (_hex("fhb-"), r"fhb-[0-9a-f]{32}"),
    (_hex("rootly_"), r"rootly_[0-9a-f]{64}"),
    ("configcat-sdk-", r"configcat-sdk-\d/[\w-]{22}/[\w-]{22}"),
    ("secret_", r"secret_(?:admin|readonly|user|project)_[A-Za-z0-9]{20,64}"),
    ("console-", r"console-[A-Za-z0-9]{43}"),
    ("dvc_server_", r"dvc_server_[\w-]{20,100}"),
    ("hbp_", r"hbp_[A-Za-z0-9]{30,40}"),
    ("nbp_", r"nbp_[A-Za-z0-9]{36}"),
)
_SYSTEMS = (
    ("ptr_", r"ptr_[A-Za-z0-9+/]{43}="),
    ("grub.pbkdf2.", r"grub\.pbkdf2\.sha512\.\d{1,8}\.[0-9A-F]{32,512}\.[0-9A-F]{32,512}"),
    ("-pbkdf2", r"-pbkdf2(?::sha256)?-[0-9a-f]{40,64},[0-9a-f]{16,64},\d{1,8}"),
    ("{aqaaab", r"\{AQAAAB[A-Za-z0-9+/]{30,8192}={0,2}\}"),
    ("{xor} {aes}", r"\{(?:xor|XOR|aes|AES)\}[A-Za-z0-9+/]{8,512}={0,2}"),
    ("$8$ $9$", r"\$[89]\$[\w./-]{8,256}(?:\$[\w./-]{8,256})?"),
    ("pve:", r"PVE:[\w.-]{1,32}@[\w.-]{1,32}:[0-9A-F]{8}::[\w+/]{60,512}={0,2}"),
)

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
    *_CLOUDS,
    *_PIPELINES,
    *_MESSAGING,
    *_PAYMENTS,
    *_MODELS,
    *_DATABASES,
    *_MONITORING,
    *_SYSTEMS,
)
