using System.Diagnostics;
using System.Text.Json.Serialization;
using Im.Protocol;
using Im.Web.Widgets;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Im.Web.Http;

/// <summary>What all requests have in common: JSON as in Im.Protocol, failures as problems, other sites kept out, limits, headers for the browser.</summary>
internal static class HttpSetup
{
    public const string ApiPath = "/api";
    private const int MaxBodyBytes = 16 * 1024;

    public static IHostApplicationBuilder AddHttp(this IHostApplicationBuilder builder)
    {
        builder.Services.Configure<KestrelServerOptions>(options => options.AddServerHeader = false);
        builder.Services.AddSingleton<DistributedContextPropagator, ForeignTraces>();
        HostGuard.Add(builder);
        builder.Services.AddHsts(hsts => hsts.MaxAge = TimeSpan.FromDays(365));
        builder.AddRateLimits();
        builder.Services.AddSingleton<Conversations.MeteredReads>();
        builder.Services.AddSingleton<Methods>();
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ExceptionProblems>();
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            // As strict as on the socket: see ProtocolJson.
            var json = options.SerializerOptions;
            json.TypeInfoResolverChain.Insert(0, ProtocolJson.Default);
            json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            json.NumberHandling = JsonNumberHandling.Strict;
            json.MaxDepth = ProtocolLimits.MaxJsonDepth;
            json.AllowDuplicateProperties = false;
            json.PropertyNameCaseInsensitive = false;
            json.RespectRequiredConstructorParameters = true;
            json.RespectNullableAnnotations = true;
        });
        return builder;
    }

    public static void UseHttp(this WebApplication app)
    {
        app.UseTrustedProxies();
        app.UseSecurityHeaders();
        HostGuard.Use(app);
        if (!app.Environment.IsDevelopment())
            app.UseHsts(); // over https alone
        app.UseExceptionHandler();
        app.UseStatusCodePages(status => Methods.RefuseAsync(status.HttpContext));
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(ApiPath) || context.Request.Path.StartsWithSegments(Gateway.GatewaySetup.Path),
            guarded => guarded.UseMiddleware<CrossSiteGuard>().UseMiddleware<Utf8Guard>());
        // Said here, for what is not said is put before everything: a session that cannot be read would be nobody's to answer for.
        app.UseRouting();
        app.UseRateLimiter();
        app.UsePage();
        app.UseAuthentication();
        app.UseWidgetSessions();
        app.UseAuthorization();
    }

    public static RouteGroupBuilder MapApi(this WebApplication app) => app.MapGroup(ApiPath).WithMetadata(new BodyLimit()).WithHead();

    private sealed class BodyLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => MaxBodyBytes;
    }
}
