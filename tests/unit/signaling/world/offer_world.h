/**
 * @file test_offer_world.h  A far end and a mixer for the offer tests
 */
#ifndef PARLEY_TESTS_OFFER_WORLD_H
#define PARLEY_TESTS_OFFER_WORLD_H

#include "signaling/sdp/offer.h"

#define SDP_HEAD  "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n"
#define SDP_PLAIN SDP_HEAD "c=IN IP4 192.0.2.9\r\nt=0 0\r\n"
#define ICE_DTLS                                                              \
	"a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"            \
	"a=fingerprint:sha-1 "                                                \
	"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33\r\n"

/** An offer object of a server that takes 720p at 25 */
struct offer *offer_world_make(bool sdes);

/** A file of sdp/; free() it. The program runs in the project's root */
char *offer_world_load(const char *name);

/** What a mixer would say to the description; mem_deref() it */
struct leg_local *offer_world_mixer(const struct leg_description *leg);

/** The description as sorted JSON; free() it */
char *offer_world_describe(const struct leg_description *leg);

/** The buffer as text; the buffer is released, free() the text */
char *offer_world_text(struct mbuf *mb);

/** Their offer in, our answer out; the description as sorted JSON */
enum reason offer_world_exchange(struct offer *o, const char *sdp,
				 char **leg_text, char **answer);

/** Is the row in the text ("!row": is it not)? Says so if that is wrong */
bool offer_world_check(const char *where, const char *text, const char *row);

/** Session id and version of the o= line */
void offer_world_version(const char *sdp, char id[32], char version[32]);

#endif
