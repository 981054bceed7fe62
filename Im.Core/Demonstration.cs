using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Im.Core;

/// <summary>Whether people are shown how the system works: on which node they are, and how a message came. The setting <c>Demonstration</c>; by default in Development alone.</summary>
public static class Demonstration
{
    public static bool IsOn(IConfiguration configuration, IHostEnvironment environment) => configuration.GetValue("Demonstration", environment.IsDevelopment());
}
