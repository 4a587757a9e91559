"""What providers of language models, speech, search and vectors issue, two contexts each."""

from __future__ import annotations

MODELS = {
    "fireworks": ("FIREWORKS_API_KEY=fw_<an:24>", "fireworks: model not found for fw_<an:24>"),
    "together": ("TOGETHER_API_KEY=<hex:64>", "together.api_key = '<hex:64>'"),
    "ai21": ("AI21_API_KEY=<an:32>", "ai21: Authorization: Bearer <an:32>"),
    "voyage": ("VOYAGE_API_KEY=pa-<url:43>", "voyageai.Client(api_key='pa-<url:43>')"),
    "stability": ("Authorization: Bearer sk-<an:48>", "stability: key sk-<an:48> has no credit"),
    "runpod": ("RUNPOD_API_KEY=rpa_<up:40>", "https://api.runpod.io/graphql?api_key=rpa_<up:40>"),
    "modal": ("modal token set --token-id ak-<~an:22> --token-secret as-<an:22>", "MODAL_TOKEN_SECRET=as-<an:22>"),
    "lambda labs": (
        "curl -u secret_shop_<hex:32>.<an:32>: https://cloud.lambdalabs.com/api/v1/instances",
        "LAMBDA_API_KEY=secret_shop_<hex:32>.<an:32>",
    ),
    "baseten": ("Authorization: Api-Key <an:8>.<an:32>", "BASETEN_API_KEY=<an:8>.<an:32>"),
    "zhipu": ("ZHIPUAI_API_KEY=<hex:32>.<an:16>", "client = ZhipuAI(api_key='<hex:32>.<an:16>')"),
    "dashscope": ("DASHSCOPE_API_KEY=sk-<hex:32>", "dashscope: InvalidApiKey sk-<hex:32>"),
    "qianfan": ("Authorization: Bearer bce-v3/ALTAK-<an:21>/<hex:40>", "QIANFAN_TOKEN=bce-v3/ALTAK-<an:21>/<hex:40>"),
    "azure openai": (
        "api-key: <hex:32>",
        "curl https://acme.openai.azure.com/openai/deployments/x?api-version=2024-06-01 -H 'api-key: <hex:32>'",
    ),
    "azure ai search": (
        "AZURE_SEARCH_ADMIN_KEY=<an:52>",
        "SearchClient(endpoint, index, AzureKeyCredential('<an:52>'))",
    ),
    "azure speech": (
        "Ocp-Apim-Subscription-Key: <hex:32>",
        "SpeechConfig(subscription='<hex:32>', region='westeurope')",
    ),
    "anthropic admin": (
        "x-api-key: sk-ant-admin01-<url:86>AA",
        "anthropic: sk-ant-admin01-<url:86>AA cannot list members",
    ),
    "elevenlabs": ("xi-api-key: sk_<hex:48>", "elevenlabs refused sk_<hex:48>"),
    "assemblyai": ("aai.settings.api_key = '<hex:32>'", "ASSEMBLYAI_API_KEY=<hex:32>"),
    "deepgram": ("Authorization: Token <hex:40>", "DeepgramClient('<hex:40>')"),
    "chroma": ("x-chroma-token: ck-<an:43>", "chromadb.CloudClient(tenant='a', api_key='ck-<an:43>')"),
    "qdrant": ("QDRANT__SERVICE__API_KEY=<url:54>", "QdrantClient(url='https://q.example.net', api_key='<url:54>')"),
    "weaviate": ("AUTHENTICATION_APIKEY_ALLOWED_KEYS=<an:40>", "X-Weaviate-Api-Key: <an:40>"),
    "tavily": ("TAVILY_API_KEY=tvly-dev-<an:32>", "tavily: tvly-prod-<an:32> over its limit"),
    "exa": ("EXA_API_KEY=<uuid>", "exa: the api key <uuid> is over its limit"),
    "serper": ("X-API-KEY: <hex:40>\nHost: google.serper.dev", "SERPER_API_KEY=<hex:40>"),
    "serpapi": ("GET https://serpapi.com/search.json?q=x&api_key=<hex:64>", "SERPAPI_KEY=<hex:64>"),
    "brave": ("X-Subscription-Token: BSA<url:28>", "BRAVE_API_KEY=BSA<url:28>"),
    "mem0": ("MEM0_API_KEY=m0-<an:40>", "mem0: m0-<an:40> not authorized"),
    "e2b": ("E2B_API_KEY=e2b_<hex:40>", "sandbox: e2b_<hex:40> is over quota"),
    "daytona": ("daytona login --api-key dtn_<hex:64>", "daytona: dtn_<hex:64> expired"),
    "litellm": ("LITELLM_MASTER_KEY=sk-<an:22>", "general_settings:\n  master_key: sk-<an:22>"),
    "browserbase": ("X-BB-API-Key: bb_live_<url:27>", "browserbase bb_live_<url:27> has no session left"),
    "comfy": ("comfyui-<hex:64> is not a valid key", "COMFY_API_KEY=comfyui-<hex:64>"),
    "scale": ("SCALE_API_KEY=live_<hex:32>", "scaleapi.ScaleClient('live_<hex:32>')"),
    "clarifai": ("Authorization: Key <hex:32>", "CLARIFAI_PAT=<hex:32>"),
    "roboflow": ("https://detect.roboflow.com/shop/3?api_key=<an:20>", "Roboflow(api_key='<an:20>')"),
}
