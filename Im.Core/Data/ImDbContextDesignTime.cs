using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Im.Core.Data;

/// <summary>For <c>dotnet ef migrations add … --project Im.Core</c>, which needs the model and never connects.</summary>
internal sealed class ImDbContextDesignTime : IDesignTimeDbContextFactory<ImDbContext>
{
    public ImDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<ImDbContext>().UseNpgsql("Host=127.0.0.1;Database=im").Options);
}
