/**
 * @file signaling/web/ice_rates.c  How often connections of media are handed
 * on
 */
#include <errno.h>
#include <string.h>
#include "focus/config/config.h"
#include "mixer/base/host_key.h"
#include "mixer/base/keyed_hash.h"
#include "signaling/http/limit.h"
#include "signaling/message/identity.h"
#include "signaling/web/ice_rates.h"


struct ice_rates {
	const struct config *config;
	struct limit *hosts, *legs, *strangers;
};


static void ice_rates_destructor(void *arg)
{
	struct ice_rates *r = arg;

	mem_deref(r->hosts);
	mem_deref(r->legs);
	mem_deref(r->strangers);
}


int ice_rates_alloc(struct ice_rates **rp, const struct config *config)
{
	static const struct limit_rate host = {ICE_HOST_RATE, 1,
					       ICE_HOST_BURST};
	static const struct limit_rate leg = {ICE_LEG_RATE, 60, ICE_LEG_BURST};
	static const struct limit_rate stranger = {ICE_STRANGER_RATE, 1,
						   ICE_STRANGER_BURST};
	struct ice_rates *r = mem_zalloc(sizeof(*r), ice_rates_destructor);
	int err;

	if (!r)
		return ENOMEM;

	r->config = config;
	err = limit_alloc(&r->hosts, &host);
	if (!err)
		err = limit_alloc(&r->legs, &leg);
	if (!err)
		err = limit_alloc(&r->strangers, &stranger);
	if (err)
		mem_deref(r);
	else
		*rp = r;

	return err;
}


bool ice_rates_host(struct ice_rates *r, const struct sa *peer,
		    uint64_t now_ms)
{
	return identity_host_is_free(peer, r->config) ||
	       limit_take(r->hosts, peer, 1, now_ms);
}


bool ice_rates_leg(struct ice_rates *r, const struct sa *peer,
		   const struct pl *ufrag, uint64_t now_ms)
{
	uint64_t hashes[3];
	uint8_t host[HOST_KEY_BYTES], pair[16] = {0};
	struct sa key;

	/* both in the half of an IPv6 address that a limit goes by */
	host_key(host, peer);
	hashes[0] = keyed_hash(host, sizeof(host));
	hashes[1] = keyed_hash(ufrag->p, ufrag->l);
	hashes[2] = keyed_hash(hashes, 2 * sizeof(hashes[0]));
	memcpy(pair, &hashes[2], sizeof(hashes[2]));
	sa_set_in6(&key, pair, 0);

	return limit_take(r->legs, &key, 1, now_ms);
}


bool ice_rates_stranger(struct ice_rates *r, const struct sa *peer,
			uint64_t now_ms)
{
	return limit_take(r->strangers, peer, 1, now_ms);
}
