using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Primitives;

namespace Im.Web.Http;

/// <summary>
/// Answers only to the server's own names, setting <c>AllowedHosts</c> (<c>chat.example.com;*.chat.example.com</c>): a page on another name that resolves here would be
/// same-origin with the API. In Development the default is this machine's loopback names. Health answers under any name: probes ask by address.
/// </summary>
internal sealed partial class HostGuard(RequestDelegate next, IReadOnlyList<StringSegment> allowed)
{
    private const string Setting = "AllowedHosts";

    private static readonly StringSegment[] Loopback = ["localhost", "127.0.0.1", "[::1]", "*.localhost"];

    public Task InvokeAsync(HttpContext context) =>
        context.Request.Path.Value is HealthEndpoints.ReadyPath or HealthEndpoints.LivePath || HostString.MatchesAny(context.Request.Host.Host, [.. allowed])
            ? next(context)
            : ProblemKind.BadRequest.WriteAsync(context, "This server does not go by that name.");

    /// <summary>ASP.NET's own filter, which reads the same setting, would turn health probes away: it is told that every host is allowed.</summary>
    public static void Add(IHostApplicationBuilder builder) =>
        builder.Services.PostConfigure<HostFilteringOptions>(options => options.AllowedHosts = ["*"]);

    public static void Use(WebApplication app)
    {
        StringSegment[] configured = [.. (app.Configuration[Setting] ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        if (configured is [] && app.Environment.IsDevelopment())
            configured = Loopback;
        if (configured is [])
            LogAnyHost(app.Logger);
        if (configured is not [] && !configured.Contains("*"))
            app.UseMiddleware<HostGuard>((object)(IReadOnlyList<StringSegment>)configured);
    }

    [LoggerMessage(1, LogLevel.Warning, "AllowedHosts is not set: this server answers under every name that leads to it, so that a page on a strange name could use it. Set it to the names that people use, such as chat.example.com")]
    private static partial void LogAnyHost(ILogger logger);
}
