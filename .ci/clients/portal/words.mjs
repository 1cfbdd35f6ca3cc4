// The labels that the walk looks for. The French ones are the article's, so they are written here once more and not read
// from the portal.

export const WORDS = {
  en: {
    language: "en-GB", services: "All services", intune: "Microsoft Intune", devices: "Devices", all: "All devices", more: "...More",
    remove: "Remove passcode", actions: "Device actions", confirm: "Yes, go on", cancel: "Cancel", done: "Complete", pending: "Pending", filter: "Filter services",
    helpDesk: "Help Desk Operator", willReplace: "will be replaced by a temporary one (letters and digits)", willRemove: "will be removed",
    temporary: "Temporary passcode", unsupportedRow: "Row: 2018-03-08, ", source: "Source: ", lacks: "Your role, Read Only Operator, lacks “Remote tasks / Reset passcode”.",
    initiated: "was initiated", other: "Français", refused: "You cannot see this.",
  },
  fr: {
    language: "fr-FR", services: "Tous les services", intune: "Microsoft Intune", devices: "Appareils", all: "Tous les appareils", more: "...Plus",
    remove: "Supprimer le code secret", actions: "Actions d'appareil", confirm: "Oui, continuer", cancel: "Annuler", done: "Terminé", pending: "En attente", filter: "Filtrer les services",
    helpDesk: "Opérateur du support technique", willReplace: "sera remplacé par un code temporaire (lettres et chiffres)", willRemove: "sera supprimé",
    temporary: "Code secret temporaire", unsupportedRow: "Ligne : 2018-03-08, ", source: "Source : ", lacks: "Votre rôle, Opérateur en lecture seule, n’a pas « Remote tasks / Reset passcode ».",
    initiated: "lancé", other: "English", refused: "Vous ne pouvez pas voir ceci.",
  },
};
