namespace Im.Bench.Scenarios;

/// <summary>When the next message is sent: in a closed loop as soon as one is done, or so many a second whatever happens.</summary>
/// <param name="InFlightEach">For each route; 0 when paced.</param>
/// <param name="PerSecond">Over all routes; 0 in a closed loop.</param>
internal readonly record struct Pace(int InFlightEach, double PerSecond)
{
    public static Pace Closed(int inFlightEach) => new(inFlightEach, 0);

    public static Pace Every(double perSecond) => new(0, perSecond);
}
