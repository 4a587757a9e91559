"""What services of payment, shops and ledgers issue, two contexts each."""

from __future__ import annotations

PAYMENTS = {
    "mollie": ("Authorization: Bearer live_<an:30>", "mollie: live_<an:30> is not allowed to refund"),
    "gocardless": ("GC_ACCESS_TOKEN=live_<url:40>", "gocardless: token sandbox_<url:40> expired"),
    "paystack": (
        "PAYSTACK_SECRET_KEY=sk_live_<hex:40>",
        "curl -H 'Authorization: Bearer sk_test_<hex:40>' https://api.paystack.co/transaction",
    ),
    "coinbase commerce": ("X-CC-Api-Key: <uuid>", "COINBASE_COMMERCE_SHARED_SECRET=<uuid>"),
    "binance": ("BINANCE_SECRET=<an:64>", "ccxt.binance({'apiKey': '<an:64>', 'secret': '<an:64>'})"),
    "kraken": ("API-Sign: <b64:86>==", "kraken private key <b64:86>== is not valid"),
    "wise": ("WISE_TOKEN=<uuid>", "curl -H 'Authorization: Bearer <uuid>' https://api.transferwise.com/v2/profiles"),
    "klarna": ("KLARNA_PASSWORD=klarna_live_api_<url:60>", "klarna: klarna_test_api_<url:60> rejected"),
    "mercado pago": (
        "MP_ACCESS_TOKEN=APP_USR-<num:16>-<num:6>-<hex:32>-<num:9>",
        "mercadopago.configure({ access_token: 'APP_USR-<num:16>-<num:6>-<hex:32>-<num:9>' })",
    ),
    "chargebee": (
        "curl https://acme.chargebee.com/api/v2/customers -u live_<an:32>:",
        "CHARGEBEE_API_KEY=live_<an:32>",
    ),
    "recurly": ("RECURLY_API_KEY=<hex:32>", "recurly private key <hex:32> refused"),
    "shippo": ("Authorization: ShippoToken shippo_live_<hex:40>", "shippo: shippo_test_<hex:40> has no carrier"),
    "woocommerce": (
        "GET /wp-json/wc/v3/orders?consumer_key=ck_<hex:40>&consumer_secret=cs_<hex:40>",
        "woo: cs_<hex:40> is read only",
    ),
    "bigcommerce": ("X-Auth-Token: <lo:31>", "BIGCOMMERCE_ACCESS_TOKEN=<lo:31>"),
    "magento": (
        '{"http-basic":{"repo.magento.com":{"username":"<~hex:32>","password":"<hex:32>"}}}',
        "composer config http-basic.repo.magento.com <~hex:32> <hex:32>",
    ),
    "infura": ("provider https://mainnet.infura.io/v3/<hex:32> answered 429", "INFURA_API_KEY_SECRET=<b64:50>=="),
    "alchemy": ("https://eth-mainnet.g.alchemy.com/v2/<url:32>", "ALCHEMY_API_KEY=<url:32>"),
    "quicknode": ("https://quiet-dawn.quiknode.pro/<hex:40>/", "QUICKNODE_URL=wss://quiet-dawn.quiknode.pro/<hex:40>/"),
    "etherscan": (
        "https://api.etherscan.io/api?module=account&action=balance&apikey=<up:34>",
        "ETHERSCAN_API_KEY=<up:34>",
    ),
    "ethereum key": ("PRIVATE_KEY=0x<hex:64>", "forge script Deploy --private-key 0x<hex:64> --broadcast"),
    "bitcoin wif": ("bitcoin-cli importprivkey L<b58:51>", "wif: 5K<b58:49>"),
    "wallet phrase": (
        "seed phrase: <spaced:12>",
        'mnemonic = "<spaced:12>"',
    ),
    "amazon pay": ("amzn1.oa2-cs.v1.<hex:64>", "LWA_CLIENT_SECRET=amzn1.oa2-cs.v1.<hex:64>"),
    "amazon sp-api": ("refresh_token=Atzr|<url:200>", "x-amz-access-token: Atza|<url:200>"),
    "ebay": (
        "EBAY_CERT_ID=PRD-<hex:12>-<~hex:4>-<~hex:4>-<~hex:4>-<~hex:4>",
        "ebay: cert PRD-<hex:12>-<~hex:4>-<~hex:4>-<~hex:4>-<~hex:4> refused",
    ),
    "etsy": ("x-api-key: <~lo:24>:<lo:10>", "Authorization: Bearer <~num:8>.<url:60>_<url:20>"),
    "lemon squeezy": ("LEMONSQUEEZY_API_KEY=<jwt>", "Authorization: Bearer <jwt>"),
    "revenuecat": ("Authorization: Bearer sk_<an:29>", "revenuecat key sk_<an:29> is read-only"),
    "gumroad": ("GUMROAD_ACCESS_TOKEN=<url:43>", "https://api.gumroad.com/v2/sales?access_token=<url:43>"),
}
