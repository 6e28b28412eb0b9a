/**
 * @file signaling/web/page_ice.c  Media that comes to the page's port
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "focus/mixers/mixers.h"
#include "mixer/base/log.h"
#include "signaling/web/ice_rates.h"
#include "signaling/web/page_ice.h"


struct page_ice {
	struct focus *focus;
	struct ice_rates *rates;
};


static void page_ice_destructor(void *arg)
{
	struct page_ice *p = arg;

	mem_deref(p->rates);
}


static void ice_h(int fd, const struct sa *peer, const struct pl *ufrag,
		  void *arg)
{
	const struct page_ice *p = arg;
	const uint64_t now_ms = tmr_jiffies();
	char from[64];
	int err;

	/* what is too much goes without a word */
	if (!ice_rates_host(p->rates, peer, now_ms))
		err = 0;
	else if (!mixers_have(focus_mixers(p->focus), ufrag->p, ufrag->l))
		err = ice_rates_stranger(p->rates, peer, now_ms) ? ENOENT : 0;
	else if (!ice_rates_leg(p->rates, peer, ufrag, now_ms))
		err = 0;
	else
		err = mixers_hand_over(focus_mixers(p->focus), ufrag->p,
				       ufrag->l, fd);
	(void)close(fd);
	if (!err)
		return;

	(void)re_snprintf(from, sizeof(from), "%J", peer);
	log_info("page", "media refused peer=%s error=\"%s\"", from,
		 err == ENOENT ? "no such ufrag" : strerror(err));
}


/** By which port clients reach that address of ours; 0: by none */
static uint16_t port_of(const struct config *config, const struct sa *host,
			struct http_server *const https[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sa sa = *host;

		if (!http_server_serves(https[i], host))
			continue;

		sa_set_port(&sa, sa_port(http_server_addr(https[i])));
		config_advertise(config, CONFIG_SERVICE_HTTPS, &sa);

		return sa_port(&sa);
	}

	return 0;
}


int page_ice_alloc(struct page_ice **pp, struct focus *focus,
		   const struct config *config,
		   struct http_server *const https[], size_t count)
{
	uint16_t ports[CONFIG_LISTEN_MAX];
	struct page_ice *p;
	int err;

	p = mem_zalloc(sizeof(*p), page_ice_destructor);
	if (!p)
		return ENOMEM;

	p->focus = focus;
	err = ice_rates_alloc(&p->rates, config);
	if (err) {
		mem_deref(p);
		return err;
	}

	for (size_t i = 0; i < config->media_address_count; i++)
		ports[i] = port_of(config, &config->media_address[i], https,
				   count);
	for (size_t i = 0; i < count; i++)
		http_server_set_ice(https[i], ice_h, p);
	mixers_set_tcp_ports(focus_mixers(focus), ports,
			     config->media_address_count);
	*pp = p;

	return 0;
}
