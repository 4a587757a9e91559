"""The control loops of kube-controller-manager, as far as the simulated cluster needs them."""
