"""What pipelines, registries of packages, tests' and security's services issue, two contexts each."""

from __future__ import annotations

PIPELINES = {
    "drone": ("DRONE_RPC_SECRET=<hex:32>", "drone --server https://d.example.net --token <an:32> repo ls"),
    "woodpecker": ("WOODPECKER_AGENT_SECRET=<hex:64>", "agent: grpc token <hex:64> refused"),
    "bitrise": ("BITRISE_TOKEN=<url:86>", "curl -H 'Authorization: <url:86>' https://api.bitrise.io/v0.1/me"),
    "appveyor": ("Authorization: Bearer v2.<lo:20>", "APPVEYOR_TOKEN=v2.<lo:20>"),
    "teamcity": (
        "Authorization: Bearer eyJ0eXAiOiAiVENWMiJ9.<b64:34>=.<b64:48>",
        "TEAMCITY_TOKEN=eyJ0eXAiOiAiVENWMiJ9.<url:35>.<url:48>",
    ),
    "octopus": ("octo push --apiKey API-<up:29> --server https://o.example.net", "X-Octopus-ApiKey: API-<up:29>"),
    "harness": ("x-api-key: pat.<url:22>.<hex:24>.<an:20>", "harness login --api-key sat.<url:22>.<hex:24>.<an:20>"),
    "gitea": ("Authorization: token <hex:40>", "git clone https://ci:<hex:40>@gitea.example.net/a/b.git"),
    "actions runner": (
        "./config.sh --url https://github.com/acme/shop --token <up:29> --unattended",
        "RUNNER_TOKEN=<up:29>",
    ),
    "cloudsmith": ("cloudsmith push python acme/shop x.whl -k <hex:40>", "CLOUDSMITH_API_KEY=<hex:40>"),
    "packagecloud": (
        "deb https://<hex:48>:@packagecloud.io/acme/prod/ubuntu jammy main",
        "https://packagecloud.io/priv/<hex:48>/acme/prod/debian",
    ),
    "gemfury": (
        "curl -F package=@x.gem https://<url:24>@push.fury.io/acme/",
        "npm config set //npm.fury.io/acme/:_authToken <an:24>",
    ),
    "anaconda": ("conda install -c https://conda.anaconda.org/t/ac-<uuid>/acme shop", "ANACONDA_API_TOKEN=ac-<uuid>"),
    "hex.pm": ("HEX_API_KEY=<hex:32> mix hex.publish --yes", "mix hex.organization auth acme --key <hex:32>"),
    "sonatype": (
        "<server><id>central</id><username>aB3dE5</username><password><an:43></password></server>",
        "mavenCentralPassword=<an:43>",
    ),
    "myget": (
        "Using source https://www.myget.org/F/acme/auth/<uuid>/api/v3/index.json",
        "dotnet nuget push x.nupkg -k <uuid> -s https://www.myget.org/F/acme/api/v3/index.json",
    ),
    "marketplace": ("vsce publish -p <lo:52>", "VSCE_PAT=<lo:52>"),
    "open vsx": ("npx ovsx publish -p ovsxat_<uuid>", "open-vsx refused ovsxat_<uuid>"),
    "quay robot": ("docker login -u 'acme+ci' -p <up:64> quay.io", "QUAY_PASSWORD: <up:64>"),
    "harbor robot": (
        "helm registry login harbor.example.net -u 'robot$shop+ci' -p <an:32>",
        '{"name":"robot$shop+ci","secret":"<an:32>","expires_at":-1}',
    ),
    "mend": ("WS_APIKEY=<hex:64>", "java -jar wss-unified-agent.jar -apiKey <hex:64> -project shop"),
    "black duck": ("--blackduck.api.token=<b64:98>==", "BLACKDUCK_TOKEN: <b64:98>=="),
    "veracode": (
        "[default]\nveracode_api_key_id = <~hex:32>\nveracode_api_key_secret = <hex:128>",
        "java -jar vosp-api-wrapper.jar -vid <~hex:32> -vkey <hex:128>",
    ),
    "fossa": ("FOSSA_API_KEY=<hex:32> fossa analyze", "fossa analyze --fossa-api-key <hex:32>"),
    "coveralls": ("repo_token: <an:32>", "COVERALLS_REPO_TOKEN=<an:32>"),
    "browserstack": (
        "BROWSERSTACK_ACCESS_KEY=<an:20>",
        "https://ci_user:<an:20>@hub-cloud.browserstack.com/wd/hub",
    ),
    "saucelabs": ("SAUCE_ACCESS_KEY=<uuid>", "sc -u acme -k <uuid> --tunnel-name ci"),
    "percy": ("PERCY_TOKEN=web_<hex:64>", "percy: build with web_<hex:64> failed"),
    "chromatic": ("npx chromatic --project-token=chpt_<hex:15>", "chromatic -t chpt_<hex:15>"),
    "expo": ("EXPO_TOKEN=<url:40> eas build", "eas: token <url:40> expired"),
    "apple app-specific": (
        "FASTLANE_APPLE_APPLICATION_SPECIFIC_PASSWORD=<dashed:4>",
        "xcrun altool --upload-app -u dev@example.net -p <dashed:4>",
    ),
    "jfrog reference": ("jf c add --access-token=<b64:64> --url=https://acme.jfrog.io", "X-JFrog-Art-Api: <an:73>"),
    "unity": (
        "UNITY_SERIAL=SC-<serial:5>",
        "unity-editor -batchmode -serial SC-<serial:5> -quit",
    ),
}
