/**
 * @file signaling/session/own_uri.c  Domain, addresses and ports of ours
 */
#include "focus/config/config.h"
#include "signaling/message/host.h"
#include "signaling/session/dependencies.h"
#include "signaling/session/own_uri.h"
#include "signaling/transport/layer.h"

static bool port_among(uint16_t port, const struct sa v[], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (sa_port(&v[i]) == port)
			return true;
	}
	return false;
}

static bool port_is_ours(const struct sessions_dependencies *base,
			 uint16_t port)
{
	static const enum flow_transport transports[] = {
		FLOW_UDP, FLOW_TCP, FLOW_TLS, FLOW_WS, FLOW_WSS};
	const struct config *c = base->config;
	const struct sa *outside;
	struct sa sa;
	size_t i;

	for (i = 0; (outside = config_advertised(c, i)) != NULL; i++) {
		if (sa_port(outside) == port)
			return true;
	}
	for (i = 0; i < ARRAY_SIZE(transports); i++) {
		if (!layer_listen_addr(base->layer, transports[i], &sa) &&
		    sa_port(&sa) == port)
			return true;
	}
	return port_among(port, c->sip_listen, c->sip_listen_count) ||
	       port_among(port, c->sip_tls_listen, c->sip_tls_listen_count) ||
	       port_among(port, c->https_listen, c->https_listen_count);
}

static bool uri_is_secure(const struct uri *uri)
{
	struct pl transport;

	return !pl_strcasecmp(&uri->scheme, "sips") ||
	       (!msg_param_decode(&uri->params, "transport", &transport) &&
		!pl_strcasecmp(&transport, "tls"));
}

bool own_uri(const struct sessions_dependencies *base, const struct uri *uri)
{
	const char *domain = base->config->domain;
	uint16_t port = uri->port;

	if (str_isset(domain) && !pl_strcasecmp(&uri->host, domain))
		return !port || port_is_ours(base, port);
	if (!port)
		port = uri_is_secure(uri) ? SIP_PORT_TLS : SIP_PORT;

	return port_is_ours(base, port) &&
	       host_is_ours(base->config, &uri->host, NULL);
}
