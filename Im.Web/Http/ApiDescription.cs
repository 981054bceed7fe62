using System.Text.Json.Nodes;
using Im.Core.Sessions;
using Im.Protocol;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Im.Web.Http;

/// <summary><c>/openapi/v1.json</c>, and in Development a page to read and try it at <c>/scalar</c>.</summary>
internal static class ApiDescription
{
    public const string ReferencePath = "/scalar";

    public static IHostApplicationBuilder AddApiDescription(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOpenApi("v1", options => options
            .AddDocumentTransformer(Describe)
            .AddOperationTransformer(DescribeProblems)
            .AddOperationTransformer(DescribeGuard)
            .AddSchemaTransformer(DescribeConversationId));
        return builder;
    }

    public static void MapApiDescription(this WebApplication app)
    {
        var description = new Description(app.Services);
        app.MapGet("/openapi/v1.json", description.WriteAsync).WithHead().ExcludeFromDescription();
        if (app.Environment.IsDevelopment())
            app.MapScalarApiReference(ReferencePath);
    }

    public static TBuilder WithProblems<TBuilder>(this TBuilder endpoint, params ProblemKind[] kinds) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new Problems(kinds));

    private static Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new()
        {
            Title = "Im",
            Version = $"{1}",
            Description = "Accounts, sessions and history of Im over HTTP. Messages travel on the WebSocket `/ws`: see docs/protocol.md. "
                + "A failed request answers with `application/problem+json`, whose `code` is for programs.",
        };
        document.Servers = [];
        foreach (var path in document.Paths.Values)
            path.Operations?.Remove(HttpMethod.Head); // wherever GET is
        document.Components ??= new();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes["session"] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Cookie,
            Name = context.ApplicationServices.GetRequiredService<SessionCookie>().NameFor(isHttps: false),
            Description = "Given by `GET /api/me` (a guest's) and `POST /api/login`. Its name is opaque: over https it is another one.",
        };
        return Task.CompletedTask;
    }

    private static Task DescribeProblems(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.Responses ??= [];
        foreach (var kinds in context.Description.ActionDescriptor.EndpointMetadata.OfType<Problems>().SelectMany(problems => problems.Kinds).GroupBy(kind => kind.Status))
            operation.Responses[$"{kinds.Key}"] = new OpenApiResponse
            {
                Description = string.Join(" ", kinds.Select(kind => $"`{kind.Code}`: {kind.Title}")),
                Content = new Dictionary<string, OpenApiMediaType> { ["application/problem+json"] = new() { Schema = ProblemSchema(kinds) } },
            };
        return Task.CompletedTask;
    }

    private static Task DescribeGuard(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.HttpMethod is not "GET")
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = CrossSiteGuard.Header,
                In = ParameterLocation.Header,
                Required = true,
                Description = "Any value: it keeps other sites' forms out.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Default = "1" },
            });
        return Task.CompletedTask;
    }

    private static Task DescribeConversationId(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonTypeInfo.Type == typeof(ConversationId))
        {
            schema.Type = JsonSchemaType.String;
            schema.Description = "`lobby`, or the UUID of a direct conversation.";
        }
        return Task.CompletedTask;
    }

    private static OpenApiSchema ProblemSchema(IEnumerable<ProblemKind> kinds) => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "status", "code", "title" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. kinds.Select(kind => (JsonNode)kind.Code)] },
            ["title"] = new OpenApiSchema { Type = JsonSchemaType.String },
            ["detail"] = new OpenApiSchema { Type = JsonSchemaType.String },
        },
    };

    /// <summary>Made at the first request, which takes some 30 ms, and kept: it says nothing of who asks.</summary>
    private sealed class Description(IServiceProvider services)
    {
        private readonly SemaphoreSlim _gate = new(1);
        private byte[]? _json;

        public async Task WriteAsync(HttpContext context)
        {
            var json = _json ?? await MakeAsync(context.RequestAborted);
            context.Response.ContentType = "application/json;charset=utf-8";
            context.Response.ContentLength = json.Length;
            await context.Response.Body.WriteAsync(json, context.RequestAborted);
        }

        private async Task<byte[]> MakeAsync(CancellationToken cancellationToken)
        {
            await _gate.WaitAsync(cancellationToken);
            try
            {
                if (_json is not null)
                    return _json;
                await using var scope = services.CreateAsyncScope();
                var document = await scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>("v1").GetOpenApiDocumentAsync(cancellationToken);
                using var json = new MemoryStream();
                await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1, cancellationToken);
                return _json = json.ToArray();
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    private sealed record Problems(IReadOnlyList<ProblemKind> Kinds);
}
