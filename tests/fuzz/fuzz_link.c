/**
 * @file fuzz_link.c  Requests of the Mp link, as JSON and as descriptions
 *
 * What the focus sends is built from what strangers sent it. Every object
 * goes through the reader of leg descriptions; sequences of requests, one a
 * line, go through a running mixer.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include "mixer/base/log.h"
#include "mixer/base/re.h"
#include "mixer/mix/mix.h"
#include "mixer/mp/leg_description.h"
#include "mixer/server/mixer.h"
#include "mixer/server/requests.h"


enum { LINES_MAX = 16, LINE_MAX_BYTES = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mixer *mixer;
static int far_end;


static void start(void)
{
	struct mixer_config config;
	int fds[2];

	memset(&config, 0, sizeof(config));
	sa_set_str(&config.net.media_addresses[0], "127.0.0.1", 0);
	config.net.media_address_count = 1;
	config.net.rtp_port_min = 30000;
	config.net.rtp_port_max = 30199;
	config.video_workers = 1;
	config.requesth = requests_handle;
	log_level_set(LOG_LEVEL_ERROR);
	if (libre_init() || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) ||
	    mixer_alloc(&mixer, &config, fds[1], NULL, NULL))
		abort();

	far_end = fds[0];
	if (fcntl(far_end, F_SETFL, O_NONBLOCK))
		abort();
}


static bool first_mix(struct le *le, void *arg)
{
	*(struct mix **)arg = le->data;

	return true;
}


/* What an input has made must not shape the next one's run */
static void clean(void)
{
	struct mix *mix = NULL;
	char buf[1024];

	while (hash_apply(mixer->mixes, first_mix, &mix))
		mem_deref(mix);

	while (recv(far_end, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
}


static void one_request(const char *line, size_t len)
{
	struct leg_description *d = NULL;
	char why[DESCRIPTION_WHY_BYTES] = "";
	json_t *msg = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(msg)) {
		if (leg_description_read(&d, msg, why) && !why[0])
			abort();
		mem_deref(d);
		requests_handle(mixer, msg);
	}

	json_decref(msg);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	const char *end = p + size;

	if (!mixer)
		start();

	for (unsigned i = 0; i < LINES_MAX && p < end; i++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((nl ? nl : end) - p);

		if (len && len < LINE_MAX_BYTES)
			one_request(p, len);
		p += len + 1;
		if (!nl)
			break;
	}

	clean();

	return 0;
}
