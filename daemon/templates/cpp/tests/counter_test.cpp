#include <liveside_testing.h>

LIVE_TEST(it_counts) {
    live_test *t = live_test_mount(.room = NULL);
    LIVE_EXPECT(live_test_call(t, "increment", "{'by': 2}"));
    LIVE_EXPECT_ANSWER(t, "2");
    LIVE_EXPECT_DELTA(t, "{'count': 2}");
}
