"""The promises of the portal, each as a sentence about a person."""
