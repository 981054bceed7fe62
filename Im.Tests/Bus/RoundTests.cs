using Im.Core.Rounds;

namespace Im.Tests.Bus;

public sealed class RoundTests
{
    [Fact]
    public void What_is_put_off_is_called_once_in_order_after_the_outermost_round()
    {
        var called = new List<string>();
        Round.Run(called, called =>
        {
            Assert.True(Round.TryPutOff(new End(() => called.Add("one"))));
            Round.Run(called, called => Assert.True(Round.TryPutOff(new End(() => called.Add("two")))));
            called.Add("body");
        });
        Assert.Equal(["body", "one", "two"], called);
    }

    [Fact]
    public void Where_no_round_runs_nothing_is_put_off()
    {
        var called = false;
        Assert.False(Round.TryPutOff(new End(() => called = true)));
        Round.Run(0, _ => { });
        Assert.False(called);
        Round.Run(0, _ =>
        {
            var other = new Thread(() => called = Round.TryPutOff(new End(() => called = true)));
            other.Start();
            other.Join();
        });
        Assert.False(called);
    }

    [Fact]
    public void The_end_comes_also_after_a_body_that_fails_and_is_no_part_of_the_round()
    {
        bool called = false, isInRound = true;
        Assert.Throws<InvalidOperationException>(() => Round.Run(0, _ =>
        {
            Round.TryPutOff(new End(() => (called, isInRound) = (true, Round.TryPutOff(new End(() => { })))));
            throw new InvalidOperationException();
        }));
        Assert.Equal((true, false), (called, isInRound));
    }

    private sealed class End(Action end) : IRoundEnd
    {
        public void EndRound() => end();
    }
}
