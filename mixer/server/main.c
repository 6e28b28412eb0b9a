/**
 * @file mixer/server/main.c  parley-mixer
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/log.h"
#include "mixer/base/log_libre.h"
#include "mixer/base/re.h"
#include "mixer/mp/protocol.h"
#include "mixer/server/mixer.h"
#include "mixer/server/requests.h"
#include "mixer/server/sandbox.h"


enum {
	PORT_MIN = 20000,
	PORT_MAX = 29999,
	TIMEOUT_S = 30,
	/** Blocks from this size on are mapped by themselves */
	MAPPED_BYTES = 128 * 1024,
};


static int usage(void)
{
	fprintf(stderr,
		"usage: parley-mixer -a ADDRESS[/ADVERTISED] [-a ...]... "
		"[-w WEBRTC_PORT] [-p MIN-MAX] [-P MIN-MAX]\n"
		"                    [-t MEDIA_TIMEOUT_S] [-l LOG_LEVEL] "
		"[-m] [-v VIDEO_THREADS]\n"
		"                    [-A ANNOUNCEMENTS] [-S]\n"
		"Speaks the Mp link on descriptor %d; started by parleyd. "
		"-P: RTP ports of all mixers. "
		"-S: no sandbox.\n",
		MP_LINK_FD);

	return EXIT_FAILURE;
}


static int number(const char *text, unsigned long max, unsigned long *v)
{
	char *end;

	errno = 0;
	*v = strtoul(text, &end, 10);

	return errno || end == text || *end || *v > max ? EINVAL : 0;
}


static int address(struct net_config *net, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t i = net->media_address_count;
	struct pl local;

	if (i == ARRAY_SIZE(net->media_addresses))
		return E2BIG;

	local.p = text;
	local.l = slash ? (size_t)(slash - text) : strlen(text);
	++net->media_address_count;
	if (slash && sa_set_str(&net->advertised_addresses[i], slash + 1, 0))
		return EINVAL;

	return sa_set(&net->media_addresses[i], &local, 0);
}


static int ports(uint16_t *first, uint16_t *last, const char *text)
{
	unsigned min, max;
	char extra;

	if (sscanf(text, "%u-%u%c", &min, &max, &extra) != 2 || min >= max ||
	    max > 65535 || min < 1024)
		return EINVAL;

	*first = (uint16_t)(min + (min & 1));
	*last = (uint16_t)max;

	return 0;
}


static int arguments(struct mixer_config *c, bool *sandbox, int argc,
		     char *argv[])
{
	enum log_level level;
	unsigned long n;
	int err = 0, opt;

	while (!err &&
	       (opt = getopt(argc, argv, "a:w:p:P:t:l:mv:A:S")) != -1) {
		switch (opt) {

		case 'a': err = address(&c->net, optarg); break;

		case 'w':
			err = number(optarg, 65535, &n);
			c->net.webrtc_port = (uint16_t)n;
			break;

		case 'p':
			err = ports(&c->net.rtp_port_min, &c->net.rtp_port_max,
				    optarg);
			break;

		case 'P':
			err = ports(&c->net.own_port_min, &c->net.own_port_max,
				    optarg);
			break;

		case 't':
			err = number(optarg, 86400, &n);
			c->media_timeout_s = (uint32_t)n;
			break;

		case 'l':
			err = log_level_parse(&level, optarg);
			if (!err)
				log_level_set(level);
			break;

		case 'v':
			err = number(optarg, 64, &n);
			c->video_workers = (unsigned)n;
			break;

		case 'A': c->announcements = optarg; break;

		case 'm': c->net.media_from_any = true; break;

		case 'S': *sandbox = false; break;

		default: return EINVAL;
		}
	}

	if (optind != argc || !c->net.media_address_count || !c->video_workers)
		return EINVAL;

	return err;
}


static void closed(void *arg)
{
	(void)arg;
	re_cancel();
}


static void give_up_files(void *arg)
{
	bool *fonts = arg;
	int err = sandbox_privileges();

	if (err)
		log_warn("main", "privileges=kept error=%d", err);

	*fonts = sandbox_files();
	if (!*fonts)
		log_warn("main", "landlock=unavailable");
}


static int run(struct mixer_config *config, bool sandbox)
{
	struct mixer *mixer = NULL;
	unsigned files = sandbox_limits();
	bool fonts = false;
	int err;

	err = fd_setsize((int)files);
	if (err)
		return err;

	if (sandbox)
		config->give_up_files = give_up_files;

	if (!sandbox_priority())
		log_info("main", "priority=unchanged");

	err = mixer_alloc(&mixer, config, MP_LINK_FD, closed, &fonts);
	if (err) {
		log_error("main", "start error=%d text=\"%s\" webrtc_port=%u",
			  err, strerror(err), config->net.webrtc_port);
		return err;
	}

	if (sandbox) {
		err = sandbox_enter(fonts);
		if (err)
			log_error("main", "sandbox error=%d", err);
	}

	log_info("main", "started webrtc_port=%u files=%u sandbox=%d",
		 net_webrtc_port(mixer->net), files, sandbox && !err);
	if (!err)
		err = re_main(NULL);

	mem_deref(mixer);

	return err;
}


/* Pictures and codecs come and go with legs, in blocks of megabytes. malloc
 * would move its limit for mapping such blocks up to their size when the first
 * is freed, and from then on they would leave holes in the heap that small
 * blocks keep open: resident memory grew by 20 MB every few minutes of joining
 * and leaving. With the limit fixed each goes back when it is freed. */
static void steady_heap(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
}


int main(int argc, char *argv[])
{
	struct mixer_config config;
	bool sandbox = true;
	int err;

	memset(&config, 0, sizeof(config));
	config.net.rtp_port_min = PORT_MIN;
	config.net.rtp_port_max = PORT_MAX;
	config.media_timeout_s = TIMEOUT_S;
	config.video_workers = 1;
	config.requesth = requests_handle;
	if (arguments(&config, &sandbox, argc, argv))
		return usage();

	/* The focus ends us by closing the link; a terminal's ^C is for it. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);

	err = libre_init();
	if (err) {
		fprintf(stderr, "parley-mixer: libre: %s\n", strerror(err));
		return EXIT_FAILURE;
	}

	steady_heap();
	log_libre_start();
	err = run(&config, sandbox);
	log_libre_stop();
	libre_close();

	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
