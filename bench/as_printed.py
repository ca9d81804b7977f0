"""What a cluster writes into objects of its own accord, so that those of `made_mesh` have the size that kubectl prints.

The injected proxy is in the shape of Istio's injection template, the rest in that of the Kubernetes API reference: one
such pod takes about 8 kB of YAML (pods of running meshes were measured at 13 kB of JSON).
"""

from __future__ import annotations

from typing import Any

MADE = "2026-11-21T08:00:00Z"
FIELDS = ("POD_NAME", "POD_NAMESPACE", "INSTANCE_IP", "SERVICE_ACCOUNT", "HOST_IP", "ISTIO_CPU_LIMIT")
SETTINGS = {
    "PILOT_CERT_PROVIDER": "istiod",
    "CA_ADDR": "istiod.istio-system.svc:15012",
    "ISTIO_META_POD_PORTS": '[{"name":"web","containerPort":8080,"protocol":"TCP"}]',
    "ISTIO_META_APP_CONTAINERS": "app",
    "GOMEMLIMIT": "1073741824",
    "ISTIO_META_CLUSTER_ID": "Kubernetes",
    "ISTIO_META_NODE_NAME": "node-1",
    "ISTIO_META_INTERCEPTION_MODE": "REDIRECT",
    "ISTIO_META_MESH_ID": "cluster.local",
    "TRUST_DOMAIN": "cluster.local",
}
MOUNTS = {
    "workload-socket": "/var/run/secrets/workload-spiffe-uds",
    "credential-socket": "/var/run/secrets/credential-uds",
    "workload-certs": "/var/run/secrets/workload-spiffe-credentials",
    "istiod-ca-cert": "/var/run/secrets/istio",
    "istio-data": "/var/lib/istio/data",
    "istio-envoy": "/etc/istio/proxy",
    "istio-token": "/var/run/secrets/tokens",
    "istio-podinfo": "/etc/istio/pod",
}
CONDITIONS = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")
SECURITY = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
    "runAsGroup": 1337,
    "runAsNonRoot": True,
    "runAsUser": 1337,
}


def known(thing: dict[str, Any], number: int) -> dict[str, Any]:
    """Any object with what the API server notes of it."""
    thing["metadata"] |= {
        "creationTimestamp": MADE,
        "generation": 1,
        "resourceVersion": str(100_000 + number),
        "uid": f"5d9a9d3e-0000-4000-8000-{number:012d}",
    }
    return thing


def running(pod: dict[str, Any]) -> dict[str, Any]:
    """A pod as injector, scheduler and kubelet have completed it."""
    _admitted(pod["spec"])
    _started(pod["status"], pod["spec"]["containers"])
    return pod


def _admitted(spec: dict[str, Any]) -> None:
    """What injector and scheduler write."""
    containers = spec["containers"]
    for container in containers:
        container |= {
            "imagePullPolicy": "IfNotPresent",
            "resources": {"limits": {"cpu": "2", "memory": "1Gi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
            "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
            "volumeMounts": [_mount("kube-api-access", "/var/run/secrets/kubernetes.io/serviceaccount")],
        }
    containers[-1] |= _proxy()
    spec["initContainers"] = [
        {
            "name": "istio-init",
            "image": "proxy:1",
            "args": [
                "istio-iptables",
                "-p",
                "15001",
                "-z",
                "15006",
                "-u",
                "1337",
                "-m",
                "REDIRECT",
                "-i",
                "*",
                "-x",
                "",
            ],
            "securityContext": {**SECURITY, "capabilities": {"add": ["NET_ADMIN", "NET_RAW"], "drop": ["ALL"]}},
        }
    ]
    spec |= {"dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler"}
    spec["tolerations"] = [
        {"effect": "NoExecute", "key": f"node.kubernetes.io/{what}", "operator": "Exists", "tolerationSeconds": 300}
        for what in ("not-ready", "unreachable")
    ]
    spec["volumes"] = [{"name": name, "emptyDir": {}} for name in MOUNTS]


def _started(status: dict[str, Any], containers: list[dict[str, Any]]) -> None:
    """What the kubelet reports."""
    status["conditions"] = [
        {"type": kind, "status": "True", "lastProbeTime": None, "lastTransitionTime": MADE} for kind in CONDITIONS
    ]
    status |= {
        "hostIP": "192.168.0.10",
        "podIPs": [{"ip": status["podIP"]}],
        "qosClass": "Burstable",
        "startTime": MADE,
    }
    status["containerStatuses"] = [_status(container["name"]) for container in containers]


def _proxy() -> dict[str, Any]:
    env = [{"name": n, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}} for n in FIELDS]
    probe = {
        "failureThreshold": 4,
        "httpGet": {"path": "/healthz/ready", "port": 15021, "scheme": "HTTP"},
        "periodSeconds": 15,
    }
    return {
        "args": ["proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local", "--proxyLogLevel=warning"],
        "env": [*env, *({"name": name, "value": value} for name, value in SETTINGS.items())],
        "ports": [{"containerPort": 15090, "name": "http-envoy-prom", "protocol": "TCP"}],
        "readinessProbe": probe,
        "startupProbe": {**probe, "failureThreshold": 600, "periodSeconds": 1},
        "securityContext": SECURITY,
        "volumeMounts": [_mount(name, path) for name, path in MOUNTS.items()],
    }


def _mount(name: str, path: str) -> dict[str, Any]:
    return {"mountPath": path, "name": name, "readOnly": True}


def _status(name: str) -> dict[str, Any]:
    return {
        "containerID": f"containerd://{'3f' * 32}",
        "image": "app:1",
        "imageID": f"docker.io/library/app@sha256:{'a1' * 32}",
        "lastState": {},
        "name": name,
        "ready": True,
        "restartCount": 0,
        "started": True,
        "state": {"running": {"startedAt": MADE}},
    }
