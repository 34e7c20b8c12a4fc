"""The candidate's call: sound between their browser and the interview, over WebRTC. Pages use `call.call` alone."""
