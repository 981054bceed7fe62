using CsCheck;
using Im.Tests.Fixtures;
using Im.Client.Connections;

namespace Im.Tests.Client;

public sealed class ReconnectPolicyTests
{
    [Fact]
    public void The_nth_try_waits_at_random_up_to_a_quarter_second_doubled_n_times_and_never_over_10_s() =>
        Gen.Select(Gen.Int[1, 100], Gen.Int).ForEach((attempt, seed) =>
        {
            var delay = new ReconnectPolicy(new Jitter(seed)).DelayAfter(new(1006, ""), attempt);
            return delay >= TimeSpan.Zero && delay <= TimeSpan.FromSeconds(Math.Min(10, 0.25 * Math.Pow(2, attempt)));
        });

    [Fact]
    public void The_waiting_time_is_spread_and_repeatable()
    {
        var delays = Enumerable.Range(0, 50).Select(seed => new ReconnectPolicy(new Jitter(seed)).DelayAfter(new(1006, ""), 5)).ToList();
        Assert.True(delays.Distinct().Count() > 40);
        Assert.Equal(delays[3], new ReconnectPolicy(new Jitter(3)).DelayAfter(new(1006, ""), 5));
    }

    [Theory]
    [InlineData(3999, true)]
    [InlineData(4000, false)]
    [InlineData(4400, false)]
    [InlineData(4401, false)]
    [InlineData(4499, false)]
    [InlineData(4500, true)]
    [InlineData(4999, true)]
    [InlineData(1000, true)]
    [InlineData(1012, true)]
    [InlineData(null, true)]
    public void The_close_code_decides_whether_to_come_back(int? code, bool back) => Assert.Equal(back, new ReconnectPolicy(new Jitter(1)).DelayAfter(new(code, ""), 1) is not null);

    [Fact]
    public void A_restarting_node_is_left_within_a_second_and_a_moving_one_within_its_time()
    {
        foreach (var seed in Enumerable.Range(0, 100))
        {
            Assert.True(new ReconnectPolicy(new Jitter(seed)).DelayAfter(new(1012, ""), 1) < TimeSpan.FromSeconds(1));
            Assert.True(new ReconnectPolicy(new Jitter(seed)).DelayAfter(new(null, "", Move: TimeSpan.FromMilliseconds(30)), 1) < TimeSpan.FromMilliseconds(30));
        }
    }
}
