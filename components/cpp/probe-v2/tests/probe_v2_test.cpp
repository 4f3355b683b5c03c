/* What version 2 of the probe does otherwise. */
#include <liveside_testing.h>

LIVE_TEST(the_value_moves_to_its_new_name) {
    live_test *t = live_test_mount();
    LIVE_EXPECT(live_test_migrate(t, "1.0.0", "{'value': 7, 'log': ['x'], 'changed': []}"));
    LIVE_EXPECT_ANSWER(t, "{'amount': 7, 'log': ['x'], 'changed': []}");
}

LIVE_TEST(set_takes_the_new_name) {
    live_test *t = live_test_mount();
    LIVE_EXPECT(live_test_call(t, "set", "{'amount': 3}"));
    LIVE_EXPECT_DELTA(t, "{'amount': 3, 'changed': ['amount']}");
}
