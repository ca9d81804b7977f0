"""The one command whose output `-f -` takes, for people without access from here.

Decides: its text. It runs nothing. In any POSIX shell it prints everything that this program can use, and no Secret:
one YAML List for each `kubectl`, with `---` between them.

Why four: kubectl prints nothing at all if a type that is asked for does not exist, and in many clusters the Gateway API
does not. So each of the parts may fail alone, says so on standard error, and leaves the others whole; a type that one
may not list is left out of its part in the same way. Why categories: Istio's and the Gateway API's CRDs carry them, so
that versions with more or fewer kinds need no other list. Why a field selector: of ConfigMaps only the mesh's own is
wanted, in whatever namespace Istio is installed; the others are nobody's business.

Not asked for: ReplicaSets, which double the output (a pod's Deployment is known from its name), and Secrets.

Source: `resourceMappings`, `ReplaceAliases` and `ContinueOnError` in kubernetes/cli-runtime pkg/resource/builder.go,
`printGeneric` in kubernetes/kubectl pkg/cmd/get/get.go; `categories` in istio/api
kubernetes/customresourcedefinitions.gen.yaml and in kubernetes-sigs/gateway-api config/crd.
"""

from __future__ import annotations

_KUBERNETES_KINDS = (
    "namespaces,nodes,serviceaccounts,services,endpointslices,pods,deployments,statefulsets,daemonsets,jobs,cronjobs,"
    "networkpolicies,mutatingwebhookconfigurations,validatingwebhookconfigurations"
)
_PARTS = (_KUBERNETES_KINDS, "istio-io", "gateway-api", "configmaps --field-selector metadata.name=istio")

KUBECTL_COMMAND = "(" + "; echo ---; ".join(f"kubectl get {part} -A -o yaml" for part in _PARTS) + ")"
"""To be followed by `| troubleshoot diagnose -f -`, or by `> mesh.yaml`."""
