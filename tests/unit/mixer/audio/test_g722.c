/**
 * @file test_g722.c  Our G.722 against libavcodec's, bit for bit
 */
#include <string.h>
#include <libavcodec/avcodec.h>
#include "mixer/audio/g722.h"
#include "tests/unit/mixer/audio/sound.h"
#include "tests/unit/unit.h"


enum { SAMPLES = 320, PACKETS = 100 };


static AVCodecContext *open_codec(const AVCodec *codec)
{
	AVCodecContext *c = avcodec_alloc_context3(codec);

	c->sample_rate = 16000;
	c->sample_fmt = AV_SAMPLE_FMT_S16;
	c->time_base = (AVRational){1, 16000};
	c->frame_size = SAMPLES;
	av_channel_layout_default(&c->ch_layout, 1);
	CU_ASSERT_FATAL(avcodec_open2(c, codec, NULL) == 0);

	return c;
}


static void make_sound(int16_t *pcm, unsigned packet, uint32_t *seed)
{
	sound_sine(pcm, SAMPLES, (uint64_t)packet * SAMPLES, 300 + packet * 70,
		   16000, packet < 80 ? 12000 : 32767);
	if (packet % 3 == 0) {
		for (int i = 0; i < SAMPLES; i++)
			pcm[i] = (int16_t)(sound_random(seed) >> 15);
	}
}


static void encodes_like_libavcodec(void)
{
	AVCodecContext *c =
		open_codec(avcodec_find_encoder(AV_CODEC_ID_ADPCM_G722));
	AVPacket *packet = av_packet_alloc();
	struct g722 g;
	uint32_t seed = 1;

	g722_init(&g);
	for (unsigned n = 0; n < PACKETS; n++) {
		AVFrame *frame = av_frame_alloc();
		uint8_t ours[SAMPLES / 2];

		frame->nb_samples = SAMPLES;
		frame->format = AV_SAMPLE_FMT_S16;
		frame->sample_rate = 16000;
		av_channel_layout_default(&frame->ch_layout, 1);
		av_frame_get_buffer(frame, 0);
		make_sound((int16_t *)(void *)frame->data[0], n, &seed);

		g722_encode(&g, (int16_t *)(void *)frame->data[0], SAMPLES,
			    ours);
		avcodec_send_frame(c, frame);
		CU_ASSERT_FATAL(avcodec_receive_packet(c, packet) == 0);
		CU_ASSERT(packet->size == SAMPLES / 2);
		CU_ASSERT(!memcmp(packet->data, ours, sizeof(ours)));
		av_packet_unref(packet);
		av_frame_free(&frame);
	}
	av_packet_free(&packet);
	avcodec_free_context(&c);
}


static void decodes_like_libavcodec(void)
{
	AVCodecContext *c =
		open_codec(avcodec_find_decoder(AV_CODEC_ID_ADPCM_G722));
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	struct g722 g;
	uint32_t seed = 2;

	g722_init(&g);
	for (unsigned n = 0; n < PACKETS; n++) {
		int16_t ours[SAMPLES];

		av_new_packet(packet, SAMPLES / 2);
		for (int i = 0; i < SAMPLES / 2; i++)
			packet->data[i] = (uint8_t)(sound_random(&seed) >> 9);

		g722_decode(&g, packet->data, SAMPLES / 2, ours);
		avcodec_send_packet(c, packet);
		CU_ASSERT_FATAL(avcodec_receive_frame(c, frame) == 0);
		CU_ASSERT(frame->nb_samples == SAMPLES);
		CU_ASSERT(!memcmp(frame->data[0], ours, sizeof(ours)));
		av_packet_unref(packet);
	}
	av_frame_free(&frame);
	av_packet_free(&packet);
	avcodec_free_context(&c);
}


static CU_TestInfo tests[] = {
	{"encodes like libavcodec", encodes_like_libavcodec},
	{"decodes like libavcodec", decodes_like_libavcodec},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(g722, tests)
