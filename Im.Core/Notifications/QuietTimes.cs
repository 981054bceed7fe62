using System.Globalization;
using Im.Protocol;

namespace Im.Core.Notifications;

/// <summary>Hours in which somebody is told nothing, in a time zone.</summary>
/// <param name="Until">Not among them. Where it is not later than <paramref name="From"/>, it is of the next day; where both are the same, they are all day.</param>
public readonly record struct QuietTimes(TimeOnly From, TimeOnly Until, TimeZoneInfo Zone)
{
    private const string Format = "HH:mm";

    /// <summary>False where a time is none, or this machine does not know the zone.</summary>
    public static bool TryParse(QuietHours hours, out QuietTimes times)
    {
        times = default;
        if (!TryParseTime(hours.From, out var from) || !TryParseTime(hours.Until, out var until) || hours.Zone.Length > 64 || !hours.Zone.All(IsOfZone) || !TimeZoneInfo.TryFindSystemTimeZoneById(hours.Zone, out var zone))
            return false;
        times = new(from, until, zone);
        return true;

        // What could be a path is none.
        static bool IsOfZone(char c) => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+';
    }

    private static bool TryParseTime(string time, out TimeOnly parsed) => TimeOnly.TryParseExact(time, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out parsed);

    internal static QuietHours Write(TimeOnly from, TimeOnly until, string zone) => new(from.ToString(Format, CultureInfo.InvariantCulture), until.ToString(Format, CultureInfo.InvariantCulture), zone);

    public bool Contain(DateTimeOffset moment)
    {
        var time = TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, Zone).DateTime);
        return From < Until ? From <= time && time < Until : From <= time || time < Until;
    }
}
