// A small certificate controller that logs through klog, as components of Kubernetes do.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"k8s.io/klog/v2"
)

type secretRef struct {
	Namespace, Name string
}

func reconcile(ref secretRef, image string) error {
	klog.V(2).InfoS("Reconciling", "secret", klog.KRef(ref.Namespace, ref.Name), "image", image)
	klog.InfoS("Fetched issuer", "issuer", "letsencrypt-staging", "account", os.Getenv("ACCOUNT_EMAIL"), "total_tokens", 1834)
	if ref.Name == "broken-tls" {
		return fmt.Errorf("vault login at %s: %w", os.Getenv("VAULT_URL"), errors.New("permission denied"))
	}
	return nil
}

func main() {
	klog.InitFlags(nil)
	flag.Set("v", "4")
	flag.Parse()
	defer klog.Flush()
	klog.Infof("Starting controller, revision %s", os.Getenv("GIT_SHA"))
	klog.Warningf("Flag --token=%s is deprecated, use --token-file", os.Getenv("API_TOKEN"))
	for _, name := range []string{"api-tls", "worker-tls", "broken-tls"} {
		if err := reconcile(secretRef{"ai-agents", name}, os.Getenv("IMAGE")); err != nil {
			klog.ErrorS(err, "Reconcile failed", "secret", klog.KRef("ai-agents", name), "retries", 3)
		}
	}
	klog.V(4).InfoS("HTTP request", "verb", "GET", "url", "https://10.96.0.1:443/api/v1/namespaces/ai-agents/secrets?limit=500",
		"headers", map[string]string{"Authorization": "Bearer " + os.Getenv("SA_JWT"), "Accept": "application/json"})
	klog.Infof("Generated key %q", os.Getenv("PRIVATE_KEY"))
	klog.InfoS("Multi line value", "diff", "-replicas: 1\n+replicas: 3\n")
	klog.Infof("Leader election lost, lease id %s", os.Getenv("LEASE_ID"))
	klog.ErrorS(nil, "Payment webhook refused", "card", os.Getenv("CARD"), "ssn", os.Getenv("SSN"))
}
