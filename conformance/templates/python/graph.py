"""The client under test, as many write it with requests and msal. Yours takes its place."""
import msal
import requests


class Graph:
    """Managed devices: what there are, and their passcodes."""

    def __init__(self, env: dict):
        self.devices = env["GRAPH_BASE_URL"] + "/deviceManagement/managedDevices"
        self.scope, self.token, self.app = env["GRAPH_SCOPE"], env.get("GRAPH_ACCESS_TOKEN"), None
        self.http = requests.Session()
        self.known = (env["GRAPH_CLIENT_ID"], env["GRAPH_CLIENT_SECRET"], env["GRAPH_AUTHORITY"], env["GRAPH_TENANT_ID"])

    def sign_in(self) -> str:
        if self.token:
            return self.token
        if not self.app:
            name, secret, authority, tenant = self.known
            options = {"authority": f"{authority}/{tenant}", "instance_discovery": False}
            self.app = msal.ConfidentialClientApplication(name, client_credential=secret, **options)
        answer = self.app.acquire_token_for_client([self.scope])
        if "access_token" not in answer:
            raise PermissionError(answer.get("error_description", "no token"))
        return answer["access_token"]

    def ask(self, method: str, url: str, **options) -> requests.Response:
        headers = {"Authorization": "Bearer " + self.sign_in()}
        response = self.http.request(method, url, headers=headers, timeout=5, **options)
        response.raise_for_status()
        return response

    def list(self, **options) -> list:
        page = self.ask("GET", self.devices, params={f"${name}": value for name, value in options.items()}).json()
        devices = page["value"]
        while "@odata.nextLink" in page:
            page = self.ask("GET", page["@odata.nextLink"]).json()
            devices += page["value"]
        return devices
