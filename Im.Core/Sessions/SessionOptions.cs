using System.ComponentModel.DataAnnotations;
using Im.Protocol;
using Microsoft.Extensions.Options;

namespace Im.Core.Sessions;

/// <summary>How long sessions and their keys live. The same in all processes.</summary>
public sealed class SessionOptions
{
    /// <summary>A logged-in session ends when it was not used for so long: 1 min to 365 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan SlidingExpiration { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The same for guests; shorter, for they cost nothing to make and would fill Redis: 1 min to 365 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan GuestSlidingExpiration { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The same for a widget's: 1 min to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan WidgetSlidingExpiration { get; set; } = TimeSpan.FromHours(1);

    /// <summary>No widget's session lives longer, however much it is used; then the site's server is asked again: 1 min to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan WidgetExpiration { get; set; } = TimeSpan.FromHours(12);

    /// <summary>No session lives longer, however much it is used; not shorter than the sliding ones.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan AbsoluteExpiration { get; set; } = TimeSpan.FromDays(90);

    /// <summary>The expiry slides, and <see cref="Session.LastSeenAt"/> is written, at most so often: 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan TouchInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>For so long a renewed session's old token stays valid unless the caller says otherwise: 0 to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan RenewalGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>So often a node looks up the sessions of its open sockets, whether or not it was told of a change: 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// When Redis has lost its data, the sockets of logged-in people are closed between half of this and all of it later, so that not all log in at one moment; sooner when
    /// they are signed out: 0 s to 1 h.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan LostSessionGrace { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Stands behind the cookie's name, so that installations on one host keep apart (cookies do not know ports): up to 32 letters, digits, <c>-</c> and <c>_</c>; empty: none.</summary>
    [RegularExpression("^[A-Za-z0-9_-]{0,32}$")]
    public string CookieSuffix { get; set; } = "";

    /// <summary>How long a bearer token is valid: 1 min to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan BearerLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>1 s to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan TicketLifetime { get; set; } = TimeSpan.FromSeconds(ProtocolLimits.TicketSeconds);
}

[OptionsValidator]
internal sealed partial class SessionOptionsRanges : IValidateOptions<SessionOptions>;

internal sealed class SessionOptionsOrder : IValidateOptions<SessionOptions>
{
    public ValidateOptionsResult Validate(string? name, SessionOptions options) =>
        options.AbsoluteExpiration >= options.SlidingExpiration && options.AbsoluteExpiration >= options.GuestSlidingExpiration
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{nameof(SessionOptions.AbsoluteExpiration)} must not be shorter than the sliding expirations.");
}
