// Connect your client: the values of this very run, ready to be pasted.

import { control, tenant } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { copyButton } from "../shell.js";

export async function connectPanel(root, { signal }) {
  const [ready, own] = await Promise.all([control("GET", "/api/ready", undefined, signal), tenant("GET", "", undefined, signal)]);
  const { graphUrl, authorityUrl, proxyUrl, controlUrl, caBundleFile } = ready;
  const { tenantId, clientId, clientSecret } = own;
  const token = `${authorityUrl}/${tenantId}/oauth2/v2.0/token`;
  const snippets = [
    ["environment", "sh", `export HTTPS_PROXY=${proxyUrl}
export SSL_CERT_FILE=${caBundleFile}
export AZURE_TENANT_ID=${tenantId}
export AZURE_CLIENT_ID=${clientId}
export AZURE_CLIENT_SECRET='${clientSecret}'
export SIMTUNE_GRAPH_URL=${graphUrl}
export SIMTUNE_CONTROL_URL=${controlUrl}`],
    [null, "curl", `TOKEN=$(curl -s ${token} \\
  -d grant_type=client_credentials -d client_id=${clientId} \\
  --data-urlencode 'client_secret=${clientSecret}' \\
  -d scope=https://graph.microsoft.com/.default | jq -r .access_token)
curl -s -H "Authorization: Bearer $TOKEN" '${graphUrl}/deviceManagement/managedDevices?$top=5'`],
    [null, "Python", `import requests

token = requests.post("${token}", data={
    "grant_type": "client_credentials",
    "client_id": "${clientId}",
    "client_secret": "${clientSecret}",
    "scope": "https://graph.microsoft.com/.default",
}).json()["access_token"]
devices = requests.get("${graphUrl}/deviceManagement/managedDevices",
                       headers={"Authorization": f"Bearer {token}"}).json()
print(*(device["deviceName"] for device in devices["value"]), sep="\\n")`],
    [null, "Node", `const { access_token } = await (await fetch("${token}", {
  method: "POST",
  body: new URLSearchParams({
    grant_type: "client_credentials",
    client_id: "${clientId}",
    client_secret: "${clientSecret}",
    scope: "https://graph.microsoft.com/.default",
  }),
})).json();
const devices = await (await fetch("${graphUrl}/deviceManagement/managedDevices", {
  headers: { authorization: \`Bearer \${access_token}\` },
})).json();
console.log(devices.value.map(({ deviceName }) => deviceName).join("\\n"));`],
  ];
  fill(root, h("p", {}, t("connectLead")), snippets.map(([key, name, text]) =>
    h("div.snippet", {}, h("div.snippet-head", {}, h("h3", {}, key ? t(key) : name), copyButton(() => text, `${t("copy")}: ${key ? t(key) : name}`)), h("pre", { tabindex: "0" }, text))),
    h("p.fine", {}, t("secretHint")));
}
