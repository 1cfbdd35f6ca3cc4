// Where the service and its published types are known to differ, each with who says so. A check that meets a difference
// which is not here fails, and so does one that no longer meets a difference which is.

/// Values of enumerations that are answered although the published types of the version lack them.
export const VALUES = [
  { version: "v1.0", type: "managedDevice", property: "managementAgent", value: "intuneAosp", source: "observed: sdk-dotnet#2735" },
  ...[
    ["androidAOSPUserOwnedDeviceEnrollment", "observed: sdk-dotnet#2735"],
    ["androidAOSPUserlessDeviceEnrollment", "inferred from the one with a user"],
    ["androidEnterpriseCorporateWorkProfile", "observed: docs#18926"],
    ["androidEnterpriseDedicatedDevice", "observed: sdk-python#457"],
    ["androidEnterpriseFullyManaged", "observed for its siblings: sdk-dotnet#2735"],
    ["azureAdJoinUsingAzureVmExtension", "observed: sdk-python#443"],
    ["appleACMEBasicBYOD", "observed: sdk-php#1605"],
  ].map(([value, source]) => ({ version: "v1.0", type: "managedDevice", property: "deviceEnrollmentType", value, source })),
  {
    version: "beta",
    type: "managedDevice",
    property: "deviceEnrollmentType",
    value: "appleACMEBasicBYOD",
    source: "observed on v1.0: sdk-php#1605",
  },
  {
    version: "beta",
    type: "hardwareInformation",
    property: "deviceLicensingStatus",
    value: "25",
    source: "observed: graph2otel, a number outside the enumeration as text",
  },
];

/// Actions in audits that msgraph-beta-sdk 1.66.0 for Python or the CSDL of beta has and the types lack.
VALUES.push(...["suspendManagedHomeScreen", "restoreManagedHomeScreen", "triggerEnhancedLogCollection", "cancelEnhancedLogCollection"].map(
  (value) => ({ version: "beta", type: "remoteActionAudit", property: "action", value, source: "documented: a newer SDK" })));

/// Properties that the published types lack.
export const PROPERTIES = [
  {
    version: "v1.0",
    type: "managedDevice",
    property: "managementState",
    source: "documented: the CSDL of v1.0 of 2026-08-20; the types are older",
  },
  {
    version: "beta",
    type: "remoteActionAudit",
    property: "deviceActionDetails",
    source: "documented: its resource page; the types leave out what is of a generic type",
  },
];

/// Types that the published types lack.
export const TYPES = [
  { version: "v1.0", type: "managementState", source: "documented: as the property of that type" },
  { version: "beta", type: "keyValuePair_2OfString_String", source: "documented: as the property of that type" },
  { version: "v1.0", type: "deviceLogCollectionRequest", source: "documented: the action's page; beta has the type" },
  ...["deviceLocalAdminAccountDetail", "deviceSyncStatusResponse", "syncComponent", "syncComponentStatus"].map((type) => (
    { version: "beta", type, source: "documented: msgraph-beta-sdk 1.66.0 for Python; the types are older" })),
];

/// Members that the model's enumerations have and the published types lack.
export const ENUMERATIONS = [
  { version: "beta", type: "managementState", member: "unknownFutureValue", source: "documented: the CSDL of beta" },
  { version: "beta", type: "remoteAction", member: "suspendManagedHomeScreen", source: "documented: the CSDL of beta" },
  { version: "beta", type: "remoteAction", member: "restoreManagedHomeScreen", source: "documented: the CSDL of beta" },
];

/// What managed devices lead to by the published types and nothing emulated answers.
export const NOT_EMULATED = {
  "v1.0": [],
  beta: [
    "assignmentFilterEvaluationStatusDetails",
    "deviceHealthScriptStates",
    "managedDeviceMobileAppConfigurationStates",
    "securityBaselineStates",
  ],
};
