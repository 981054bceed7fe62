using Im.Core.Widgets;

namespace Im.Web.Widgets;

/// <summary>The embeddable widget: pages of other origins on which people of a site talk here.</summary>
internal static class WidgetsSetup
{
    public static IHostApplicationBuilder AddWidgets(this IHostApplicationBuilder builder)
    {
        builder.Services.AddImWidgets();
        builder.Services.AddSingleton<WidgetCors>();
        return builder;
    }

    public static void MapWidgets(this IEndpointRouteBuilder api)
    {
        api.MapWidgetTokens();
        api.MapWidgetSessions();
    }
}
