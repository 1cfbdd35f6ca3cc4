"""A small test suite of somebody who knows nothing of the kit: msal and requests where Microsoft's hosts are.
PATIENT=1 makes its client wait as it is told to."""

import os
import time
import unittest

import msal
import requests

GRAPH = "https://graph.microsoft.com/v1.0/deviceManagement/managedDevices"


class Client:
    def __init__(self):
        self.app = msal.ConfidentialClientApplication(
            os.environ["AZURE_CLIENT_ID"],
            client_credential=os.environ["AZURE_CLIENT_SECRET"],
            authority="https://login.microsoftonline.com/" + os.environ["AZURE_TENANT_ID"],
        )

    def get(self, url):
        for _ in range(3):
            token = self.app.acquire_token_for_client(["https://graph.microsoft.com/.default"])["access_token"]
            response = requests.get(url, headers={"Authorization": "Bearer " + token}, timeout=30)
            if response.status_code != 429:
                break
            if os.environ.get("PATIENT"):
                time.sleep(float(response.headers["Retry-After"]))
        response.raise_for_status()
        return response.json()


class Devices(unittest.TestCase):
    def setUp(self):
        requests.post(os.environ["SIMTUNE_CONTROL_URL"] + "/api/tenants/default/reset", timeout=30).raise_for_status()

    def test_all_pages_are_read(self):
        url, names = GRAPH + "?$top=20&$select=id,deviceName", []
        while url:
            page = Client().get(url)
            names += [device["deviceName"] for device in page["value"]]
            url = page.get("@odata.nextLink")
        self.assertGreater(len(names), 60)

    def test_a_device_is_read(self):
        client = Client()
        device = client.get(GRAPH + "?$top=1")["value"][0]
        self.assertEqual(client.get(f"{GRAPH}/{device['id']}")["id"], device["id"])


if __name__ == "__main__":
    unittest.main()
