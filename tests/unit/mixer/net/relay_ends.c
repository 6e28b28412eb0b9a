/**
 * @file relay_ends.c  A relay, its ends and their far ends on loopback
 */
#include <string.h>
#include "tests/lib/ice_far.c"
#include "tests/unit/mixer/net/relay_ends.h"
#include "tests/unit/unit.h"


static void describe(struct ends *w, size_t i)
{
	struct transport_remote *r = &w->remote[i];

	r->leg = i + 1;
	r->relay = ENDS_RELAY;
	r->ice_ufrag = w->far[i].ufrag;
	r->ice_pwd = w->far[i].pwd;
	r->sound.bits[ENDS_SOUND / 64] |= 1ull << ENDS_SOUND % 64;
	r->picture.bits[ENDS_PICTURE / 64] |= 1ull << ENDS_PICTURE % 64;
}


void ends_make(struct ends *w, size_t i)
{
	CU_ASSERT_EQUAL_FATAL(
		transport_alloc(&w->t[i], w->net, TRANSPORT_RELAY, 0,
				TRANSPORT_SUITE_NONE, &loopback_handlers,
				&w->heard[i]),
		0);
	CU_ASSERT_EQUAL_FATAL(ice_far_open(&w->far[i], "127.0.0.1"), 0);
	describe(w, i);
}


void ends_tell_far(struct ends *w, size_t i)
{
	struct transport_local local;

	transport_local(w->t[i], &local);
	CU_ASSERT_EQUAL(local.kind, TRANSPORT_RELAY);
	CU_ASSERT_EQUAL(local.fingerprint.hash[0], '\0');
	CU_ASSERT_TRUE_FATAL(local.candidate_count > 0);
	ice_far_set_remote(&w->far[i], &local.candidates[0].addr,
			   local.ice_ufrag, local.ice_pwd);
}


void ends_drain(struct ends *w)
{
	for (size_t i = 0; i < ENDS_MAX; i++) {
		if (w->t[i])
			ice_far_drain(&w->far[i]);
	}
}


void ends_settle(struct ends *w)
{
	for (unsigned i = 0; i < 3; i++) {
		loopback_settle(w->net, NULL);
		ends_drain(w);
	}
}


void ends_check(struct ends *w, size_t i)
{
	ice_far_check(&w->far[i], NULL);
	ends_settle(w);
}


void ends_prove(struct ends *w, size_t i)
{
	const struct ice *ice = &w->t[i]->ice;
	unsigned left = 100;

	do {
		ends_check(w, i);
	} while ((!ice->selected || !ice->selected->proven) && --left);
	CU_ASSERT_TRUE(left > 0);
}


void ends_open_one(struct ends *w, size_t i)
{
	ends_make(w, i);
	CU_ASSERT_EQUAL(transport_set_remote(w->t[i], &w->remote[i]), 0);
	ends_tell_far(w, i);
}


void ends_open_two(struct ends *w)
{
	memset(w, 0, sizeof(*w));
	w->net = loopback_net(0, 0);
	ends_open_one(w, 0);
	ends_open_one(w, 1);
}


void ends_open(struct ends *w)
{
	ends_open_two(w);
	ends_check(w, 0);
	ends_check(w, 1);
	CU_ASSERT_TRUE_FATAL(w->t[0]->ice.selected &&
			     w->t[0]->ice.selected->proven);
	CU_ASSERT_TRUE_FATAL(w->t[1]->ice.selected &&
			     w->t[1]->ice.selected->proven);
}


void ends_close(struct ends *w)
{
	for (size_t i = 0; i < ENDS_MAX; i++) {
		if (w->t[i])
			ice_far_close(&w->far[i]);
		mem_deref(w->t[i]);
	}
	CU_ASSERT_PTR_NULL(
		list_head(hash_list(w->net->relays, (uint32_t)ENDS_RELAY)));
	mem_deref(w->net);
}


size_t ends_packet(struct ends *w, uint8_t *buf, enum ends_kind kind,
		   uint8_t type)
{
	static const uint8_t record[13] = {
		22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 1, 0, ENDS_BYTES - 13};

	rand_bytes(buf, ENDS_BYTES);
	if (kind == ENDS_DTLS || kind == ENDS_DTLS_DATA) {
		memcpy(buf, record, sizeof(record));
		if (kind == ENDS_DTLS_DATA) {
			buf[0] = 23;
			buf[4] = 1;
		}
		return ENDS_BYTES;
	}

	buf[0] = 0x80;
	buf[1] = kind == ENDS_RTCP ? 200 : type;
	buf[2] = (uint8_t)(++w->sent >> 8);
	buf[3] = (uint8_t)w->sent;

	return ENDS_BYTES;
}


bool ends_goes_over(struct ends *w, size_t from, enum ends_kind kind,
		    uint8_t type)
{
	const struct ice_far *to = &w->far[!from];
	const unsigned before = to->count;
	uint8_t buf[ENDS_BYTES];
	size_t len = ends_packet(w, buf, kind, type);

	ice_far_send(&w->far[from], buf, len);
	ends_settle(w);
	CU_ASSERT_TRUE(to->count <= before + 1);

	return to->count == before + 1 && to->last_len == len &&
	       !memcmp(to->last, buf, len);
}


void ends_hand_over(struct ends *w, size_t from, uint8_t *buf, size_t len,
		    uint64_t now_us)
{
	demux_receive(&w->net->ports[0], &w->far[from].addr, buf, len, now_us,
		      w->net);
}


struct transport_relay_stats ends_stats(const struct ends *w, size_t i)
{
	struct transport_relay_stats s;

	CU_ASSERT_TRUE(transport_relay_stats(w->t[i], &s));

	return s;
}
