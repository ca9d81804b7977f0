"""Why traffic in an Istio mesh does not arrive: a rule-based expert system that walks a request."""

__version__ = "0.1.0"
